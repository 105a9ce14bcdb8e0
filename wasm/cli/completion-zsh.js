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
  const cases = commands.map(({ name, options, operands, members }) => {
    const files = members ? "'1:file:_ckpt_files' '2:member:_ckpt_second'" : "'*:file:_ckpt_files'";
    const rest = operands === 'files' ? files : `'*:value:${quote(list([...operands]))}'`;
    const lines = [...[...options, ...global].map(specification), rest];
    return `            ${name})\n                _arguments -s ${lines.join(' \\\n                    ')}\n                ;;\n`;
  });
  return `#compdef ckpt
# zsh completion for ckpt; made by "ckpt completion zsh"
# Members of the archive $1; what is compressed is read whole.
_ckpt_members() {
    local -a names
    [[ -f $1 ]] || return 1
    [[ $1 = *.tar || $(wc -c <$1) -lt 67108864 ]] || return 1
    names=("\${(@f)$(ckpt ls --no-progress -- $1 2>/dev/null)}")
    compadd -a names
}
_ckpt_files() {
    local word=\${PREFIX//\\\\!/!}
    local file=\${(Q)\${word%%!*}}
    if [[ $PREFIX = *!* && -f $file ]]; then
        compset -P 1 '*!'
        _ckpt_members $file
    else
        _files
    fi
}
_ckpt_second() {
    _ckpt_members \${(Q)line[1]}
}
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
