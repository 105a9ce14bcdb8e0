// SPDX-License-Identifier: Apache-2.0
// Which texts are hidden until clicked. A guess, on the safe side: nothing is decided by it.

const NAME =
  /pass(w(or)?d|phrase)?$|passw(or)?d|secret|token|api[_-]?key|private[_-]?key|access[_-]?key|credential|auth[_-]?key|^auth$|_pwd$/i;
/** Names that end like one of them, but say where a secret is, or something about it. */
const HARMLESS = /(_file|_path|_dir|_name|_type|_url|_ttl|_length)$/i;
const VALUE = new RegExp(
  [
    String.raw`://[^/\s:@]*:[^/\s@]+@`, // a URL with a password
    '-----BEGIN [A-Z ]*PRIVATE KEY',
    String.raw`\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.`, // a JSON web token
    String.raw`\b(AKIA|ASIA)[A-Z0-9]{16}\b`,
    String.raw`\bgh[pousr]_\w{30,}`,
  ].join('|'),
);
const ASSIGNMENT = /^(?:--?)?([A-Za-z][\w.-]*)=(.+)$/s;

/** @param {string} name */
export const secretName = (name) => NAME.test(name) && !HARMLESS.test(name);

/** @param {string} value */
export const secretValue = (value) => VALUE.test(value.slice(0, 10_000));

/** Whether a text is NAME=value (or --name=value) and one of both looks secret. @param {string} text */
export function secretAssignment(text) {
  const parts = ASSIGNMENT.exec(text.slice(0, 10_000));
  return parts !== null && secretName(parts[1]);
}

/** Whether a value is hidden, by its name and itself. @param {string} name @param {string} value */
export const isSecret = (name, value) =>
  value !== '' && (secretName(name) || secretAssignment(value) || secretValue(value));
