// SPDX-License-Identifier: Apache-2.0
// The completion script for bash 3.2 and later. It needs no other script.

/** @typedef {import('./completion.js').Words} Words */

/** @param {Words} option */
const names = ({ name, short }) => [`--${name}`, ...(short ? [`-${short}`] : [])];

/** @param {Words} option @param {string} command a pattern */
function valueCase(option, command) {
  const { choices } = option;
  const patterns = names(option).map((name) => `${command}' ${name}'`);
  if (choices === null) return `        ${patterns.join('|')}) return ;;\n`;
  const reply = choices === 'files' ? '-f' : `-W '${choices.join(' ')}'`;
  return `        ${patterns.join('|')}) _ckpt_reply ${reply}; return ;;\n`;
}

/** @param {import('./completion.js').Grammar} grammar @returns {string} */
export function bash({ commands, global }) {
  const all = [...commands.flatMap(({ options }) => options), ...global];
  const valued = [...new Set(all.filter(({ value }) => value).flatMap(names))];
  const hasValue = (/** @type {Words} */ { value }) => value !== undefined;
  const values = [
    ...commands.flatMap(({ name, options }) =>
      options.filter(hasValue).map((option) => valueCase(option, name)),
    ),
    ...global.filter(hasValue).map((option) => valueCase(option, '*')),
  ];
  const words = commands.map(({ name, options, operands }) => {
    const own = [...options, ...global].flatMap(names).join(' ');
    const reply = operands === 'files' ? '-f' : `-W '${operands.join(' ')}'`;
    return `        ${name}) options='${own}'; operands=(${reply}) ;;\n`;
  });
  return `# bash completion for ckpt; made by "ckpt completion bash"
_ckpt_reply() {
    local IFS=$'\\n'
    COMPREPLY=($(compgen "$@" -- "$cur"))
}
_ckpt() {
    local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} command='' options word i
    local -a operands
    COMPREPLY=()
    # bash takes "--format=json" for three words.
    if [ "$cur" = = ]; then
        cur=''
    elif [ "$prev" = = ] && [ "$COMP_CWORD" -gt 1 ]; then
        prev=\${COMP_WORDS[COMP_CWORD - 2]}
    fi
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=\${COMP_WORDS[i]}
        case $word in
        ${valued.join('|')})
            [ "\${COMP_WORDS[i + 1]}" = = ] && i=$((i + 1))
            i=$((i + 1))
            ;;
        -* | =) ;;
        *)
            command=$word
            break
            ;;
        esac
    done
    case "$command $prev" in
        *' CKP'[0-9]*) [ "\${COMP_WORDS[COMP_CWORD - 1]}" = = ] && _ckpt_reply -W $'error\\nwarning\\ninfo\\noff' && return ;;
${values.join('')}    esac
    case $command in
        '') options='${global.flatMap(names).join(' ')}'; operands=(-W '${commands.map(({ name }) => name).join(' ')}') ;;
${words.join('')}        *) return ;;
    esac
    case $cur in
    -*) _ckpt_reply -W "\${options// /$'\\n'}" ;;
    *) _ckpt_reply "\${operands[@]}" ;;
    esac
}
complete -o filenames -F _ckpt ckpt
`.replaceAll(/-W '([^']*)'/g, (_, list) => `-W $'${list.replaceAll(' ', '\\n')}'`);
}
