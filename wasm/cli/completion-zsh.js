// SPDX-License-Identifier: Apache-2.0
// The completion script for zsh, for its own completion system.

/** @typedef {import('./completion.js').Words} Words */

/** Text inside of single quotes. @param {string} text */
const quote = (text) => text.replaceAll("'", "'\\''");

/** Text inside of the brackets of a specification. @param {string} text */
const inBrackets = (text) => quote(text.replace(/[[\]\\:]/g, '\\$&'));

/** @param {string[]} choices */
const list = (choices) => `(${choices.map((one) => one.replace(/[\\() :]/g, '\\$&')).join(' ')})`;

/** @param {Words} option */
function specification({ name, short, help, value, choices, repeatable }) {
  const text = `[${inBrackets(help)}]`;
  const action = choices === 'files' ? '_files' : choices === null ? ' ' : list([...choices]);
  const tail = value ? `:${inBrackets(value)}:${quote(action)}` : '';
  const equals = value ? '=' : '';
  const star = repeatable ? '*' : '';
  if (!short) return `'${star}--${name}${equals}${text}${tail}'`;
  const excluded = repeatable ? "'*'" : `'(-${short} --${name})'`;
  return `${excluded}{-${short}${value ? '+' : ''},--${name}${equals}}'${text}${tail}'`;
}

/** @param {import('./completion.js').Grammar} grammar @returns {string} */
export function zsh({ commands, global }) {
  const described = commands.map(
    ({ name, summary }) => `        '${name}:${quote(summary.replaceAll(':', '\\:'))}'\n`,
  );
  const cases = commands.map(({ name, options, operands }) => {
    const rest =
      operands === 'files' ? "'*:file:_files'" : `'*:value:${quote(list([...operands]))}'`;
    const lines = [...[...options, ...global].map(specification), rest];
    return `            ${name})\n                _arguments -s ${lines.join(' \\\n                    ')}\n                ;;\n`;
  });
  return `#compdef ckpt
# zsh completion for ckpt; made by "ckpt completion zsh"
_ckpt() {
    local curcontext="$curcontext" state line
    typeset -A opt_args
    local -a commands
    commands=(
${described.join('')}    )
    _arguments -C ${global.map(specification).join(' \\\n        ')} \\
        '1:command:->command' '*::argument:->argument'
    case $state in
        command) _describe -t commands command commands ;;
        argument)
            case $words[1] in
${cases.join('')}            esac
            ;;
    esac
}
if [ "$funcstack[1]" = _ckpt ]; then
    _ckpt "$@"
else
    compdef _ckpt ckpt
fi
`;
}
