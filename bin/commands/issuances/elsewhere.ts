/** What this project does not search: other systems have it, and each has its own keeper. */
export const ELSEWHERE: readonly { readonly where: string; readonly what: string; readonly find: string }[] = [
  {
    where: 'CloudTrail',
    what: 'each session under the id of its issuance as session name, with source identity and tags.',
    find: 'token-broker issuances trace --issuance ID --cloudtrail DIR.',
  },
  {
    where: 'Logs of the functions',
    what: 'addresses, user agents and request ids, no names, for LogRetentionDays.',
    find: 'CloudWatch Logs Insights over /aws/lambda/<prefix>-*: filter by the request id of a record.',
  },
  {
    where: "API Gateway's access log",
    what: 'addresses and request ids, no names.',
    find: 'CloudWatch Logs Insights over /aws/vendedlogs/token-broker/<prefix>/access, by request id.',
  },
  {
    where: 'The configuration',
    what: 'whoever a rule names, and who applied each version and why.',
    find: 'token-broker policy versions, policy show VERSION.',
  },
  {
    where: 'Backups',
    what: "the ledger's table as it was at any second of the last 35 days (point-in-time recovery).",
    find: 'Restore it under another name, and give --tables.',
  },
  {
    where: 'The state table',
    what: 'uses of proofs and counters under digests, for minutes or hours; a sign-in under way for ten minutes; the word of an approver for a day after its end.',
    find: 'It cannot be searched by name.',
  },
  {
    where: 'The identity provider, and its mail',
    what: 'the account, its sign-ins, and what it sent.',
    find: 'Ask whoever runs the connection.',
  },
  {
    where: 'Whoever takes EventBridge events, exports or receipts',
    what: 'the copies that they made.',
    find: 'Ask them.',
  },
];
