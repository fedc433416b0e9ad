import { type Command, type CommandTable, UsageError } from '../command.ts';
import { bashScript } from '../completion/bash.ts';
import { fishScript } from '../completion/fish.ts';
import { type Completed, completedOf } from '../completion/model.ts';
import { zshScript } from '../completion/zsh.ts';

const SCRIPTS: Readonly<Record<string, (name: string, all: readonly Completed[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** The command that completes lines of `commands`. */
export const completionOf = (commands: CommandTable): Command => ({
  arguments: '<shell>',
  offers: Object.keys(SCRIPTS),
  description: 'Prints what a shell needs to complete command lines of token-broker: bash, zsh or fish.',
  examples: [
    'source <(token-broker completion bash)',
    'token-broker completion zsh > "${fpath[1]}/_token-broker"',
    'token-broker completion fish > ~/.config/fish/completions/token-broker.fish',
  ],
  run: async (given, terminal) => {
    const [shell = ''] = given.positionals;
    const script = Object.hasOwn(SCRIPTS, shell) ? SCRIPTS[shell] : undefined;
    if (script === undefined) throw new UsageError(`${shell} is no shell that is known here: bash, zsh or fish`);
    terminal.out(script('token-broker', await completedOf(commands)));
    return 0;
  },
});
