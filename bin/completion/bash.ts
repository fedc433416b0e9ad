import type { Completed, Offer } from './model.ts';

/** For `source <(token-broker completion bash)`: bash 3.2 and later, with nothing installed beside it. */
export function bashScript(name: string, all: readonly Completed[]): string {
  const fn = `_${name.replaceAll('-', '_')}`;
  const values = all.flatMap(({ path, options }) =>
    options
      .filter(({ value }) => value !== null)
      .map(({ flag, value }) => ({ label: `${path.join(' ')} ${flag}`, action: offered(value) })),
  );
  return `# ${name} completion for bash
${fn}() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} at='' word
  local IFS=$' \\t\\n'
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == -- ]] && break
    case "\${at:+$at }$word" in
${all
  .filter(({ path }) => path.length > 0)
  .map(({ path }) => `      ${quoted(path.join(' '))}`)
  .join('|\\\n')}) at="\${at:+$at }$word" ;;
    esac
  done
  case "$at $previous" in
${values.map(({ label, action }) => `    ${quoted(label)}) ${action}; return ;;`).join('\n')}
  esac
  case $at in
${all.map((each) => `    ${quoted(each.path.join(' '))}) ${bodyOf(each)} ;;`).join('\n')}
  esac
}
complete -F ${fn} ${name}
`;
}

function bodyOf({ commands, options, operand }: Completed): string {
  const flags = words(options.map(({ flag }) => flag));
  if (commands.length > 0) {
    const names = words(commands.map(({ name }) => name));
    return `if [[ $current == -* ]]; then ${flags}; else ${names}; fi`;
  }
  return `if [[ $current == -* ]]; then ${flags}; else ${offered(operand)}; fi`;
}

function offered(offer: Offer | null): string {
  switch (offer?.kind) {
    case 'words':
      return words(offer.words);
    case 'files':
      return 'COMPREPLY=($(compgen -f -- "$current")); compopt -o filenames 2>/dev/null';
    case 'program':
      return 'COMPREPLY=($(compgen -c -- "$current"))';
    default:
      return ':';
  }
}

/** Names and flags: none has a character that a shell would read. */
const words = (list: readonly string[]): string => `COMPREPLY=($(compgen -W '${list.join(' ')}' -- "$current"))`;

const quoted = (text: string): string => `'${text}'`;
