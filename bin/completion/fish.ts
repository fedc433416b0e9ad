import type { Completed, CompletedOption, Offer } from './model.ts';

/** For `token-broker completion fish | source`, or a file `token-broker.fish` in `~/.config/fish/completions`. */
export function fishScript(name: string, all: readonly Completed[]): string {
  const at = `__${name.replaceAll('-', '_')}_at`;
  const lines = all.flatMap((each) =>
    linesOf(each, `complete -c ${name} -n ${text(`${at} ${text(each.path.join(' '))}`)}`),
  );
  return `# ${name} completion for fish
function ${at}
    set -l at ''
    for word in (commandline -opc)[2..-1]
        set -l next (string trim -- "$at $word")
        switch $next
            case ${all
              .filter(({ path }) => path.length > 0)
              .map(({ path }) => text(path.join(' ')))
              .join(' ')}
                set at $next
            case '* --'
                break
        end
    end
    test "$at" = "$argv[1]"
end
complete -c ${name} -f
${lines.join('\n')}
`;
}

function linesOf({ commands, options, operand }: Completed, start: string): readonly string[] {
  return [
    ...commands.map(({ name, summary }) => `${start} -a ${name} -d ${text(summary)}`),
    ...options.map((option) => `${start} ${optionOf(option)}`),
    ...(operand.kind === 'none' ? [] : [`${start} ${actionOf(operand)}`]),
  ];
}

function optionOf({ flag, description, value }: CompletedOption): string {
  const said = `-l ${flag.slice('--'.length)} -d ${text(description)}`;
  return value === null ? said : `${said} -r ${actionOf(value)}`;
}

function actionOf(offer: Offer): string {
  switch (offer.kind) {
    case 'words':
      return `-f -a ${text(offer.words.join(' '))}`;
    case 'files':
      return '-F';
    case 'program':
      return `-f -a '(__fish_complete_subcommand)'`;
    case 'none':
      return '-f';
  }
}

const text = (plain: string): string => `'${plain.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
