import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const ISSUER = 'https://broker.example.com';

const connection = `connection: github
type: oidc
preset: github-actions
audience: [${ISSUER}]
require:
  StringEquals: { claims.repository_owner_id: "1234567" }
`;

const client = (at: number) => `client: bot-${at}
secret: token-broker/clients/bot-${at}
`;

const scope = (at: number, clients: number) => `scope: deploy-${at}
description: The repository ${at} deploys.
allow:
  - connection: github
    when:
      StringEquals: { claims.repository_id: "${at}", claims.ref: [refs/heads/main, refs/heads/release] }
      StringLike: { claims.workflow_ref: "acme/web/.github/workflows/*" }
  - client: bot-${at % clients}
deny:
  - when: { NotIpAddress: { request.sourceIp: [203.0.113.0/24] } }
limits: { perPrincipal: 60/1h }
grant:
  type: aws-session
  roleArn: arn:aws:iam::111122223333:role/token-broker/deploy-${at}
  policy:
    Version: "2012-10-17"
    Statement:
      - Effect: Allow
        Action: [ecs:UpdateService, ecs:DescribeServices]
        Resource: arn:aws:ecs:eu-central-1:111122223333:service/web/*
  tags: { repository: "\${claims.repository}" }
`;

/** A folder of so many documents, a tenth of them clients; whoever asks for it removes it. */
export function manyDocuments(count: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'bench-validate-'));
  for (const name of ['connections', 'clients', 'scopes']) mkdirSync(join(folder, name));
  const clients = Math.ceil(count / 10);
  writeFileSync(join(folder, 'connections/github.yaml'), connection);
  for (let at = 0; at < clients; at += 1) writeFileSync(join(folder, `clients/bot-${at}.yaml`), client(at));
  for (let at = 0; at < count - clients - 1; at += 1) {
    writeFileSync(join(folder, `scopes/deploy-${at}.yaml`), scope(at, clients));
  }
  return folder;
}
