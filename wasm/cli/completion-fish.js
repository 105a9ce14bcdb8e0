// SPDX-License-Identifier: Apache-2.0
// The completion script for fish.

/** @typedef {import('./completion.js').Words} Words */

/** @param {string} text */
const quote = (text) => `'${text.replace(/[\\']/g, '\\$&')}'`;

/** @param {Words} option @param {string} condition */
function line({ name, short, help, value, choices }, condition) {
  let out = `complete -c ckpt -n ${quote(condition)} -l ${name}`;
  if (short) out += ` -s ${short}`;
  if (value && choices === 'files') out += ' -rF';
  else if (value) out += Array.isArray(choices) ? ` -x -a ${quote(choices.join(' '))}` : ' -x';
  return `${out} -d ${quote(help)}\n`;
}

/** @param {import('./completion.js').Grammar} grammar @returns {string} */
export function fish({ commands, global }) {
  const none = `not __fish_seen_subcommand_from ${commands.map(({ name }) => name).join(' ')}`;
  let out = `# fish completion for ckpt; made by "ckpt completion fish"
# Members of an archive; what is compressed is read whole.
function __ckpt_members
    test -f "$argv[1]"; or return
    string match -q '*.tar' -- $argv[1]; or test (wc -c <$argv[1]) -lt 67108864; or return
    ckpt ls --no-progress -- $argv[1] 2>/dev/null
end
function __ckpt_after_file
    set -l token (commandline -ct | string unescape)
    string match -q '*!*' -- $token; or return
    set -l file (string replace -r '!.*' '' -- $token)
    for name in (__ckpt_members $file)
        echo $file!$name
    end
end
function __ckpt_second
    for word in (commandline -opc | string unescape)[3..]
        test -f "$word"; and __ckpt_members $word; and return
    end
end
`;
  for (const { name, summary } of commands)
    out += `complete -c ckpt -n ${quote(none)} -f -a ${name} -d ${quote(summary)}\n`;
  for (const option of global) out += line(option, 'true');
  for (const { name, options, operands, members } of commands) {
    const seen = `__fish_seen_subcommand_from ${name}`;
    if (operands === 'files') {
      out += `complete -c ckpt -n ${quote(seen)} -F -a '(__ckpt_after_file)'\n`;
      if (members) out += `complete -c ckpt -n ${quote(seen)} -a '(__ckpt_second)'\n`;
    } else out += `complete -c ckpt -n ${quote(seen)} -f -a ${quote(operands.join(' '))}\n`;
    for (const option of options) out += line(option, seen);
  }
  return out;
}
