// SPDX-License-Identifier: Apache-2.0
// The samples of the rules: test/data/rules/CKPnnn.json holds {bad, good, finding}. A side says how
// a healthy checkpoint is changed:
//   base      podman (default), cri-o, containerd, image (OCI layout), or none: a recorded checkpoint
//   set       {"config.dump": {"/name": ""}}: values by JSON pointer; "" is the whole document
//   unset     {"config.dump": ["/name"]}
//   drop      ["stats-dump"]: members taken out
//   add       [{"name", "type": "file" | "directory" | "symlink" | …, "text" | "base64" | "size", "mode", "link",
//             "first"}]: members put at the end, or first; a member of that name stays
//   replace   the same, instead of the members of that name
//   patch     {"checkpoint/pages-1.img": {"old": "new"}}: bytes put over the first that are the old ones
//   inner     {"rootfs-diff.tar": [{"name", …}]}: a tar of these members
//   files     {"status": …}: no archive at all, but these files alone, as JSON
//   archive   {"gzip": true, "append": "text", "cut": bytes taken off the end, "noEnd": true}
//   image     {"manifest": {annotations}, "index": {annotations}, "nested": {annotations of an index in between},
//             "layers": 2, "architecture"}: all of this as the layer of an OCI image layout
//   options   of the validation, for example {"targets": ["containerd@2.4"]}
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { openCheckpoint } from '../../../wasm/api/node.js';
import { header } from './tar.mjs';

const data = new URL('../../data/', import.meta.url);
const BASES = {
  podman: 'simple-none.tar',
  'cri-o': 'crio.tar',
  containerd: 'containerd21.tar',
  image: 'simple-image.oci.tar',
};
const TYPES = {
  file: '0',
  hardlink: '1',
  symlink: '2',
  character: '3',
  block: '4',
  directory: '5',
  fifo: '6',
};

/** The samples of all rules by id. */
export const samples = new Map(
  readdirSync(new URL('rules/', data))
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => [
      name.slice(0, -5),
      JSON.parse(readFileSync(new URL(`rules/${name}`, data), 'utf8')),
    ]),
);

const bases = new Map();

/** The members of a recorded checkpoint: {name, type, mode, link, data}. */
async function baseMembers(base) {
  if (base === 'none') return [];
  if (!bases.has(base)) {
    const bytes = readFileSync(new URL(`archives/${BASES[base]}`, data));
    const checkpoint = await openCheckpoint(bytes);
    const list = base === 'image' ? await imageMembers(bytes) : [...checkpoint.members];
    bases.set(
      base,
      list.map(({ name, type, mode, link, dataOffset, size }) => ({
        ...{ name, type, mode: mode & 0o7777, link },
        data: bytes.subarray(dataOffset, dataOffset + size),
      })),
    );
  }
  return bases.get(base).map((member) => ({ ...member }));
}

/** An image shows the members of its layer; these are its own. */
async function imageMembers(bytes) {
  const { openArchive } = await import('../../../wasm/api/archive.js');
  const { load } = await import('../../../wasm/api/index.js');
  return [...(await openArchive(await load(), bytes)).members];
}

const tokens = (pointer) =>
  pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));

function setPointer(document, pointer, value) {
  if (pointer === '') return value;
  const path = tokens(pointer);
  const last = path.pop();
  let at = document;
  for (const token of path) at = at[token] ??= {};
  if (value === undefined && Array.isArray(at)) at.splice(Number(last), 1);
  else if (value === undefined) delete at[last];
  else if (last === '-') at.push(value);
  else at[last] = value;
  return document;
}

function bodyOf({ text, base64, size = 0, inner }) {
  if (inner) return tarOf(inner.map(memberOf));
  if (text !== undefined) return Buffer.from(text);
  return base64 === undefined ? Buffer.alloc(size) : Buffer.from(base64, 'base64');
}

const memberOf = (entry) => ({
  ...{
    name: entry.name,
    type: entry.type ?? 'file',
    mode: entry.mode ?? 0o600,
    link: entry.link ?? '',
  },
  data: bodyOf(entry),
});

/** A tar of members. */
export function tarOf(members, { noEnd = false } = {}) {
  const parts = [];
  for (const { name, type, mode, link, data: body } of members) {
    const full = type === 'directory' && !name.endsWith('/') ? `${name}/` : name;
    parts.push(
      header(full, { size: type === 'file' ? body.length : 0, type: TYPES[type], mode, link }),
      ...(type === 'file' ? [body, new Uint8Array(-body.length & 511)] : []),
    );
  }
  return Buffer.concat([...parts, new Uint8Array(noEnd ? 0 : 1024)]);
}

/** An OCI image layout around a layer. */
function imageOf(layer, { manifest = {}, index = {}, nested, layers = 1, architecture = 'amd64' }) {
  const blobs = [];
  const put = (body, mediaType) => {
    const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
    const hex = createHash('sha256').update(bytes).digest('hex');
    blobs.push({ name: `blobs/sha256/${hex}`, text: bytes });
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
  };
  const type = 'application/vnd.oci.image';
  const config = put({ architecture, os: 'linux', config: {} }, `${type}.config.v1+json`);
  const list = [put(layer, `${type}.layer.v1.tar`)];
  while (list.length < layers) list.push(put(tarOf([]), `${type}.layer.v1.tar`));
  let top = put(
    { schemaVersion: 2, config, layers: list, annotations: manifest },
    `${type}.manifest.v1+json`,
  );
  if (nested)
    top = put({ schemaVersion: 2, manifests: [top], annotations: nested }, `${type}.index.v1+json`);
  const text = JSON.stringify({ schemaVersion: 2, manifests: [top], annotations: index });
  return tarOf(
    [
      ...blobs,
      { name: 'index.json', text },
      { name: 'oci-layout', text: '{"imageLayoutVersion":"1.0.0"}' },
    ].map(memberOf),
  );
}

/**
 * The archive of one side of a sample.
 * @returns {Promise<Buffer>}
 */
export async function build({
  base = 'podman',
  set = {},
  unset = {},
  drop = [],
  add = [],
  replace = [],
  patch = {},
  inner = {},
  archive = {},
  image,
}) {
  let members = (await baseMembers(base)).filter(({ name }) => !drop.includes(name));
  for (const name of new Set([...Object.keys(set), ...Object.keys(unset)])) {
    let member = members.find((one) => one.name === name);
    if (!member)
      members.push(
        (member = { name, type: 'file', mode: 0o600, link: '', data: Buffer.from('{}') }),
      );
    let document = JSON.parse(member.data.toString());
    for (const [pointer, value] of Object.entries(set[name] ?? {}))
      document = setPointer(document, pointer, value);
    for (const pointer of unset[name] ?? []) setPointer(document, pointer, undefined);
    member.data = Buffer.from(JSON.stringify(document, null, 2));
  }
  for (const [name, list] of Object.entries(inner))
    replace = [...replace, { name, inner: list, mode: 0o644 }];
  for (const entry of replace) {
    const at = members.findIndex(({ name }) => name === entry.name);
    if (at < 0) members.push(memberOf(entry));
    else members[at] = memberOf(entry);
  }
  for (const [name, texts] of Object.entries(patch)) {
    const member = members.find((one) => one.name === name);
    member.data = Buffer.from(member.data);
    for (const [from, to] of Object.entries(texts)) {
      const at = member.data.indexOf(from);
      if (at < 0) throw new Error(`${name} has no ${from}`);
      member.data.write(to, at, 'latin1');
    }
  }
  for (const entry of add) {
    if (entry.first) members = [memberOf(entry), ...members];
    else members.push(memberOf(entry));
  }
  let bytes = tarOf(members, archive);
  if (image) bytes = imageOf(bytes, image);
  if (archive.cut) bytes = bytes.subarray(0, bytes.length - archive.cut);
  if (archive.append) bytes = Buffer.concat([bytes, Buffer.from(archive.append)]);
  return archive.gzip ? gzipSync(bytes) : bytes;
}

/** The report on one side. */
export async function reportOn(core, side, options = {}) {
  if (side.files) {
    const files = Object.entries(side.files).map(([name, document]) => [
      name,
      Buffer.from(JSON.stringify(document, null, 2)),
    ]);
    return core.validate(Object.fromEntries(files), { now: 1800000000, ...side.options });
  }
  const checkpoint = await openCheckpoint(await build(side), { name: side.name ?? '' });
  try {
    return await core.validate(checkpoint, { now: 1800000000, ...side.options, ...options });
  } finally {
    await checkpoint.close();
  }
}
