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
  const withMembers = commands.flatMap(({ name, members }) => (members ? [name] : []));
  return `# bash completion for ckpt; made by "ckpt completion bash"
_ckpt_reply() {
    local IFS=$'\\n'
    COMPREPLY=($(compgen "$@" -- "$cur"))
}
# Members of the archive $1, each after $2, that go on as $3 does. Names come from a file that nobody trusts: no
# word of them may be expanded.
_ckpt_members() {
    local name
    [ -f "$1" ] || return
    # What is compressed is read whole.
    [ "\${1%.tar}" != "$1" ] || [ "$(wc -c <"$1")" -lt 67108864 ] || return
    while IFS= read -r name; do
        case $name in "$3"*) COMPREPLY+=("$2$name") ;; esac
    done < <("\${COMP_WORDS[0]}" ls --no-progress -- "$1" 2>/dev/null)
}
_ckpt() {
    local file='' cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} command='' options word i
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
    if [ "\${operands[0]}" = -f ]; then
        word=\${cur//\\\\!/!}
        case $word in *!*) _ckpt_members "\${word%%!*}" "\${word%%!*}!" "\${word#*!}"; return ;; esac
        case $command in
        ${withMembers.join(' | ')})
            for ((i++; i < COMP_CWORD; i++)); do
                [ -f "\${COMP_WORDS[i]}" ] && file=\${COMP_WORDS[i]}
            done
            case $cur in
            -*) ;;
            *) [ -z "$file" ] || { _ckpt_members "$file" '' "$cur"; return; } ;;
            esac
            ;;
        esac
    fi
    case $cur in
    -*) _ckpt_reply -W "\${options// /$'\\n'}" ;;
    *) _ckpt_reply "\${operands[@]}" ;;
    esac
}
complete -o filenames -F _ckpt ckpt
`.replaceAll(/-W '([^']*)'/g, (_, list) => `-W $'${list.replaceAll(' ', '\\n')}'`);
}
