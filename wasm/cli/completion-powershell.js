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
  const withMembers = commands.flatMap(({ name, members }) => (members ? [name] : []));
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
        else {
            $found = $known.Operands
            # Members of an archive, after FILE! or as the second operand; what is compressed is read whole.
            $typed = $wordToComplete.Trim("'")
            $file, $part = $typed.Split('!', 2)
            $prefix = "$file!"
            if ($null -eq $part -and $command -in ${array(withMembers)}) {
                $file = $words | Select-Object -Skip 2 | Where-Object { Test-Path -LiteralPath $_ -PathType Leaf } |
                    Select-Object -Last 1
                $prefix = ''
                $part = $typed
            }
            if ($null -ne $part -and $file -and (Test-Path -LiteralPath $file -PathType Leaf) -and
                ($file -like '*.tar' -or (Get-Item -LiteralPath $file).Length -lt 64MB)) {
                & ckpt ls --no-progress -- $file 2>$null | Where-Object { $_.StartsWith($part) } | ForEach-Object {
                    $text = "'" + "$prefix$_".Replace("'", "''") + "'"
                    [System.Management.Automation.CompletionResult]::new($text, $_, 'ParameterValue', $_)
                }
                return
            }
        }
    }
    $found | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {
        $tip = if (-not $command) { $commands[$_].Summary } else { $_ }
        [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $tip)
    }
}
`;
}
