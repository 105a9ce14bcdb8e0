// SPDX-License-Identifier: Apache-2.0
// In which forms a known secret may stand elsewhere.

const encoder = new TextEncoder();
/** Shorter ones are words, too. */
const SHORTEST = 8;
const LONG = 12;
/** The core takes no longer ones. */
const LONGEST = 4096;

/** @param {string} value as UTF-16LE */
function wide(value) {
  const bytes = new Uint8Array(2 * value.length);
  for (let i = 0; i < value.length; i++) {
    bytes[2 * i] = value.charCodeAt(i) & 255;
    bytes[2 * i + 1] = value.charCodeAt(i) >> 8;
  }
  return bytes;
}

/** Base64 of what a value is part of: the digits that depend on nothing else, for each place. @param {Uint8Array} bytes */
function* base64(bytes) {
  for (let before = 0; before < 3; before++) {
    const padded = new Uint8Array(before + bytes.length);
    padded.set(bytes, before);
    const text = btoa(String.fromCharCode(...padded));
    const whole = Math.floor((padded.length * 8) / 6);
    yield text.slice(Math.ceil((before * 8) / 6), whole);
  }
}

/** As a string of JSON has it, without quotes. @param {string} text */
const escaped = (text) => JSON.stringify(text).slice(1, -1);
/** As Go writes it. @param {string} text */
const goEscaped = (text) =>
  escaped(text).replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/**
 * The byte strings that give a value away; none if it is so short or plain that it is a word like any other.
 * @param {string} value @returns {Uint8Array[]}
 */
export function knownForms(value) {
  const plain = /^[a-z]+$/.test(value);
  if (value.length < (plain ? LONG : SHORTEST) || /^(.)\1*$/s.test(value)) return [];
  const cut = value.slice(0, LONGEST / 4);
  const bytes = encoder.encode(cut);
  /** @type {Set<string>} */
  const texts = new Set([
    cut,
    escaped(cut),
    escaped(escaped(cut)),
    goEscaped(cut),
    escaped(goEscaped(cut)),
  ]);
  try {
    texts.add(encodeURIComponent(cut));
  } catch {
    // Half a surrogate.
  }
  if (bytes.length >= LONG) for (const text of base64(bytes)) texts.add(text);
  // A private key may be wrapped otherwise.
  if (cut.startsWith('-----BEGIN'))
    for (const line of value.split(/\r?\n|\\n/))
      if (/^[A-Za-z0-9+/=]{32,}$/.test(line)) texts.add(line);
  return [...[...texts].map((text) => encoder.encode(text)), wide(cut)].filter(
    ({ length }) => length >= SHORTEST && length <= LONGEST,
  );
}
