// SPDX-License-Identifier: Apache-2.0
// The completion script for PowerShell 5.1 and later.

/** @typedef {import('./completion.js').Words} Words */

/** @param {string} text as a literal */
const quote = (text) => `'${text.replaceAll("'", "''")}'`;
/** @param {readonly string[]} list */
const array = (list) => `@(${list.map(quote).join(', ')})`;

/** @param {Words} option */
const names = ({ name, short }) => [`--${name}`, ...(short ? [`-${short}`] : [])];

/** Names of options with the values that they take; files: none. @param {readonly Words[]} options @param {string} margin */
function valueTable(options, margin) {
  // Keys of PowerShell's tables are the same in upper and lower case.
  const seen = new Set();
  const first = (/** @type {string} */ name) =>
    !seen.has(name.toLowerCase()) && seen.add(name.toLowerCase());
  const rows = options
    .filter(({ value }) => value !== undefined)
    .flatMap((option) =>
      names(option)
        .filter(first)
        .map(
          (name) =>
            `${margin}${quote(name)} = ${array(Array.isArray(option.choices) ? option.choices : [])}\n`,
        ),
    );
  return `@{\n${rows.join('')}${margin.slice(4)}}`;
}

/** @param {import('./completion.js').Grammar} grammar @returns {string} */
export function powershell({ commands, global }) {
  const rows = commands.map(({ name, summary, options, operands }) => {
    const all = [...options, ...global];
    return `        ${quote(name)} = @{
            Summary = ${quote(summary)}
            Options = ${array(all.flatMap(names))}
            Operands = ${array(operands === 'files' ? [] : operands)}
            Values = ${valueTable(all, '                ')}
        }
`;
  });
  return `# PowerShell completion for ckpt; made by "ckpt completion powershell"
Register-ArgumentCompleter -Native -CommandName ckpt -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $commands = @{
${rows.join('')}    }
    $words = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        ForEach-Object { $_.ToString() })
    $command = $words | Select-Object -Skip 1 | Where-Object { $commands.ContainsKey($_) } | Select-Object -First 1
    if (-not $command) {
        $found = $commands.Keys | Sort-Object
    } else {
        $known = $commands[$command]
        $values = $known.Values[$words[-1]]
        if ($null -ne $values) { $found = $values }
        elseif ($wordToComplete.StartsWith('-')) { $found = $known.Options }
        else { $found = $known.Operands }
    }
    $found | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {
        $tip = if (-not $command) { $commands[$_].Summary } else { $_ }
        [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $tip)
    }
}
`;
}
