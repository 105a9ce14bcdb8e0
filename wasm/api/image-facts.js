// SPDX-License-Identifier: Apache-2.0
// What an OCI image says about the checkpoint in it: annotations, architecture.

/** @typedef {import('./checkpoint.js').Checkpoint} Checkpoint */

/** @param {unknown} value @returns {string} */
const text = (value) => (typeof value === 'string' ? value : '');

/** A metadata file as it is, or {}: the engines write more than any common format has. @param {Checkpoint} checkpoint @param {string} name @returns {Record<string, unknown>} */
function json({ files }, name) {
  try {
    const value = JSON.parse(new TextDecoder().decode(files.get(name)));
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** GOARCH by CRIU's machine type (images/core.proto). @type {Record<string, string>} */
const ARCHITECTURES = {
  X86_64: 'amd64',
  ARM: 'arm',
  AARCH64: 'arm64',
  PPC64: 'ppc64le',
  S390: 's390x',
  MIPS: 'mips64le',
  LOONGARCH64: 'loong64',
  RISCV64: 'riscv64',
};

/**
 * The architecture of the processes, in Go's spelling; undefined if no image of a thread is there.
 * @param {import('../border/core.js').Core} core @param {Checkpoint} checkpoint @param {AbortSignal} [signal]
 */
export async function architectureOf(core, checkpoint, signal) {
  for (const member of checkpoint.members) {
    if (!/(^|\/)core-\d+\.img$/.test(member.name) || member.type !== 'file') continue;
    try {
      const { entries } = core.decodeImage(await checkpoint.read(member, { signal }));
      const found = ARCHITECTURES[String(entries[0]?.mtype)];
      if (found) return found;
    } catch (error) {
      if (/** @type {Error} */ (error).name !== 'CheckpointError') throw error; // a damaged image
    }
  }
  return undefined;
}

/** What dump.log tells of CRIU and the host. @param {Checkpoint} checkpoint */
function logFacts({ files }) {
  const log = new TextDecoder().decode(files.get('dump.log')?.subarray(0, 65536));
  const [, major, minor, patch = '0'] =
    /^\(\d+\.\d+\) Version: (\d+)\.(\d+)(?:\.(\d+))? /m.exec(log) ?? [];
  const [, kernel = ''] = /^\(\d+\.\d+\) Running on \S+ Linux (\S+) /m.exec(log) ?? [];
  const criu = major ? String(Number(major) * 10000 + Number(minor) * 100 + Number(patch)) : '';
  return { criu, kernel };
}

/**
 * The annotations by which engines know an image with a checkpoint: Podman (libpod's checkpoint
 * annotations), CRI-O and containerd. They belong on the manifest, which is where all three look. What the
 * checkpoint does not tell is left out.
 * @param {Checkpoint} checkpoint @param {{architecture?: string}} [facts] @returns {Record<string, string>} sorted
 */
export function annotationsOf(checkpoint, { architecture = '' } = {}) {
  const { container = {}, engine } = checkpoint.summary;
  const config = json(checkpoint, 'config.dump');
  const { criu, kernel } = logFacts(checkpoint);
  const ref = text(config.rootfsImageRef) || text(container.imageRef);
  const [, digits = ''] = /(?:^|sha256:)([0-9a-f]{64})$/.exec(ref) ?? [];
  const facts = {
    name: text(container.name) || text(config.name),
    image: text(config.rootfsImageName) || text(container.image),
    raw: text(config.RawImageName) || text(config.rootfsImage),
    id: text(config.rootfsImageID) || (ref.includes('@') ? '' : digits),
    runtime: text(config.runtime) || text(container.runtime),
  };
  /** @type {[string, string, string][]} */
  const all = [
    ['org.criu.checkpoint.', 'engine.name', text(engine?.display)],
    ['org.criu.checkpoint.', 'container.name', facts.name],
    ['org.criu.checkpoint.', 'pod.name', text(container.pod)],
    ['org.criu.checkpoint.', 'pod.namespace', text(container.namespace)],
    ['org.criu.checkpoint.', 'rootfsImageUserRequested', facts.raw],
    ['org.criu.checkpoint.', 'rootfsImageName', facts.image],
    ['org.criu.checkpoint.', 'rootfsImageSha', ref.includes('@') ? ref : ''],
    ['org.criu.checkpoint.', 'rootfsImageID', facts.id],
    ['org.criu.checkpoint.', 'runtime.name', facts.runtime],
    ['org.criu.checkpoint.', 'criu.version', criu],
    ['org.criu.checkpoint.', 'host.arch', architecture],
    ['org.criu.checkpoint.', 'host.kernel', kernel],
    ['io.podman.annotations.checkpoint.', 'name', facts.name],
    ['io.podman.annotations.checkpoint.', 'rawImageName', facts.raw],
    ['io.podman.annotations.checkpoint.', 'rootfsImageID', facts.id],
    ['io.podman.annotations.checkpoint.', 'rootfsImageName', facts.image],
    ['io.podman.annotations.checkpoint.', 'runtime.name', facts.runtime],
    ['io.podman.annotations.checkpoint.', 'criu.version', criu],
    ['io.podman.annotations.checkpoint.', 'host.arch', architecture],
    ['io.podman.annotations.checkpoint.', 'host.kernel', kernel],
    ['io.kubernetes.cri-o.annotations.checkpoint.', 'name', facts.name],
    ['io.kubernetes.cri-o.annotations.checkpoint.', 'rawImageName', facts.raw],
    ['io.kubernetes.cri-o.annotations.checkpoint.', 'rootfsImageID', facts.id],
    ['io.kubernetes.cri-o.annotations.checkpoint.', 'rootfsImageName', facts.image],
    ['io.kubernetes.cri-o.annotations.checkpoint.', 'criu.version', criu],
  ];
  return Object.fromEntries(
    all
      .filter(([, , value]) => value !== '')
      .map(([prefix, key, value]) => [prefix + key, value])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
