import type { OptionSpec } from '../command.ts';

/** What limits and logs what the program asks for. */
export const signOptions: readonly OptionSpec[] = [
  {
    flags: '--allow <action>',
    description: "let through this alone: 's3:Get*', or 's3:GetObject on arn:aws:s3:::reports/*'",
    repeatable: true,
  },
  { flags: '--allow-streaming', description: 'let through bodies in chunks: signed one by one, or not at all' },
  { flags: '--log <file>', description: 'JSON lines, one a request ($XDG_STATE_HOME/token-broker/sign.jsonl)' },
];
