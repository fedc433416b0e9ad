import type { Completed, CompletedOption, Offer } from './model.ts';

/** For a file `_token-broker` in a folder of `$fpath`, or `source <(token-broker completion zsh)` after `compinit`. */
export function zshScript(name: string, all: readonly Completed[]): string {
  const fn = `_${name.replaceAll('-', '_')}`;
  return `#compdef ${name}
# ${name} completion for zsh
${fn}() {
  local at='' word
  local -a commands
  integer depth=1
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "\${at:+$at }$word" in
${all
  .filter(({ path }) => path.length > 0)
  .map(({ path }) => `      ${text(path.join(' '))}`)
  .join('|\\\n')}) at="\${at:+$at }$word"; ((depth++)) ;;
      *) break ;;
    esac
  done
  shift $((depth - 1)) words
  ((CURRENT -= depth - 1))
  case $at in
${all.map((each) => `    ${text(each.path.join(' '))})\n${bodyOf(each)}\n      ;;`).join('\n')}
  esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then ${fn} "$@"; else compdef ${fn} ${name}; fi
`;
}

function bodyOf({ commands, options, operand }: Completed): string {
  const specs = options.map(optionOf);
  if (commands.length === 0) return `      _arguments -S ${[...specs, operandOf(operand)].join(' \\\n        ')}`;
  const lines = commands.map(({ name, summary }) => `        ${text(`${name}:${summary.replaceAll(':', '\\:')}`)}`);
  return [
    '      commands=(',
    ...lines,
    '      )',
    '      if [[ $PREFIX == -* ]]; then',
    `        _arguments ${specs.join(' ')}`,
    '      else',
    '        _describe command commands',
    '      fi',
  ].join('\n');
}

function optionOf({ flag, description, value, repeatable }: CompletedOption): string {
  const said = description.replace(/[[\]\\:]/g, '\\$&');
  return text(`${repeatable ? '*' : ''}${flag}[${said}]${value === null ? '' : `:value:${actionOf(value)}`}`);
}

const operandOf = (operand: Offer): string =>
  operand.kind === 'program'
    ? "'(-)1:program:_command_names -e' '*::argument:_normal'"
    : text(`*:operand:${actionOf(operand)}`);

function actionOf(offer: Offer): string {
  switch (offer.kind) {
    case 'words':
      return `(${offer.words.map((word) => word.replaceAll(':', '\\:')).join(' ')})`;
    case 'files':
      return '_files';
    case 'program':
      return '_command_names -e';
    case 'none':
      return ' ';
  }
}

const text = (plain: string): string => `'${plain.replaceAll("'", `'\\''`)}'`;
