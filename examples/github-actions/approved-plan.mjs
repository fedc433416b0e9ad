// approved-plan.mjs OWNER/REPOSITORY COMMIT: prints the digest of the plan that the pull request of this commit was
// approved with. Fails where there is no such pull request, plan or approval, where somebody still asks for changes, or
// where the last approval is older than the plan: then something else was approved.
import { execFileSync } from 'node:child_process';

const [, , repository = '', commit = ''] = process.argv;
const fail = (why) => {
  process.stderr.write(`${why}\n`);
  process.exit(1);
};
/** All pages of a list of the GitHub API. */
const list = (path) => {
  const pages = execFileSync('gh', ['api', '--paginate', '--slurp', `repos/${repository}/${path}`], {
    encoding: 'utf8',
  });
  return JSON.parse(pages).flat();
};

const merged = list(`commits/${commit}/pulls`).find(({ merged_at, base }) => merged_at !== null && base.ref === 'main');
if (merged === undefined) fail(`no pull request was merged as ${commit}`);

// What the workflow itself wrote, the latest of it. A comment that was edited counts from then.
const plan = list(`issues/${merged.number}/comments`)
  .filter(({ user }) => user.login === 'github-actions[bot]' && user.type === 'Bot')
  .map(({ body, updated_at }) => ({ digest: /^Plan `([0-9a-f]{64})`$/m.exec(body)?.[1], at: updated_at }))
  .filter(({ digest }) => digest !== undefined)
  .sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
  .at(-1);
if (plan === undefined) fail(`pull request ${merged.number} has no plan`);

// The last word of each reviewer; a comment is none.
const words = new Map();
for (const { user, state, submitted_at } of list(`pulls/${merged.number}/reviews`)) {
  if (state !== 'COMMENTED') words.set(user.login, { state, at: submitted_at });
}
const last = [...words.values()];
if (last.some(({ state }) => state === 'CHANGES_REQUESTED'))
  fail(`changes are asked for in pull request ${merged.number}`);
if (!last.some(({ state, at }) => state === 'APPROVED' && Date.parse(at) > Date.parse(plan.at))) {
  fail(`nobody approved the last plan of pull request ${merged.number}`);
}
process.stdout.write(`${plan.digest}\n`);
