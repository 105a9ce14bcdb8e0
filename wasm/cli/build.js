// SPDX-License-Identifier: Apache-2.0
// ckpt build
import { annotationsOf, architectureOf } from '../api/image-facts.js';
import { folderPlace, tarPlace, writeImage } from './image-writer.js';
import { refuseInput } from './new-file.js';
import { refusePart } from './containers.js';
import { Session, Unfit } from './open.js';
import { COMPRESSIONS } from './pack.js';
import { NO_PROGRESS } from './progress.js';
import { TEXT_OR_JSON, compactJson } from './rows.js';
import { CONTAINER, selectContainer } from './select.js';

/** @typedef {import('../api/checkpoint.js').Checkpoint} Checkpoint */

/** Architectures as Go spells them. */
const ARCHITECTURES = [
  'amd64',
  'arm',
  'arm64',
  'loong64',
  'mips64le',
  'ppc64le',
  'riscv64',
  's390x',
];
/** What engines restore from images of. */
const WHOLE = ['archive', 'directory', 'oci-layout', 'docker-archive'];
/** What a name of an image may be: what registries take, without a digest. */
const TAG = /^[a-z0-9]([a-z0-9._:/-]|__)*[A-Za-z0-9_.-]$/;

/** @type {import('./options.js').Option} */
export const COMPRESS = {
  name: 'compress',
  value: 'METHOD',
  choices: [...COMPRESSIONS],
  help: 'gzip, zstd or none (default: as the archive is)',
};

/** @param {Checkpoint} checkpoint @returns {string | undefined} RFC 3339: when it was made, as far as it says */
function createdOf({ summary }) {
  const { checkpointed, created } = summary.container ?? {};
  const time = checkpointed ?? created;
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(time) ? time : undefined;
}

/** How the layer is compressed. @param {Checkpoint} checkpoint @param {string | undefined} wanted @param {boolean} docker @returns {'keep' | import('./pack.js').Compression} */
function compressionFor(checkpoint, wanted, docker) {
  const is = checkpoint.image?.compression ?? checkpoint.compression ?? 'none';
  if (wanted !== undefined) return wanted === is ? 'keep' : /** @type {any} */ (wanted);
  if (docker) return 'none';
  if (is === 'none') return 'none';
  return is === 'gzip' || is === 'zstd' ? 'keep' : 'gzip';
}

/** @type {import('./options.js').Command} */
export const build = {
  name: 'build',
  summary: 'make an OCI image of a checkpoint',
  operands: 'FILE [IMAGE]',
  count: [1, 2],
  details: [
    'Makes an image of one layer, without any engine: the archive of the checkpoint, with the annotations by which Podman, CRI-O and containerd know it, on the manifest, where they look for them. IMAGE is a tar archive of an OCI layout; with a "/" at its end it is a folder with one. The same input gives the same bytes, and so the same digest, which is printed; with --format json, digests, sizes and annotations are.',
    'The layer is the archive as it is if that is compressed with gzip or zstd, or not at all. "podman load", "skopeo copy oci-archive:IMAGE docker://…" and "ctr images import" take the image; "ckpt unbuild" gives the archive back. An archive for "docker load" cannot have annotations: they become labels, which no engine looks at.',
  ],
  options: [
    {
      name: 'output',
      short: 'o',
      value: 'FILE',
      completes: 'file',
      help: 'the same as IMAGE',
    },
    {
      name: 'tag',
      value: 'NAME',
      help: 'name of the image, such as localhost/web:checkpoint',
    },
    COMPRESS,
    { name: 'docker-archive', help: 'write an archive as "docker save" does' },
    {
      name: 'arch',
      value: 'ARCH',
      choices: ARCHITECTURES,
      help: 'architecture, if no image of a process tells it',
    },
    ...TEXT_OR_JSON,
    CONTAINER,
    NO_PROGRESS,
  ],
  examples: [
    'ckpt build checkpoint.tar image.tar',
    'ckpt build --tag localhost/web:ckpt -o layout/ checkpoint.tar',
    'ckpt build --docker-archive checkpoint.tar web.tar && docker load -i web.tar',
  ],

  async run(context) {
    const { operands, values, switches, stdout, core, fail } = context;
    const [input] = operands;
    const output = operands[1] ?? values.output;
    const docker = switches.has('docker-archive');
    const { tag } = values;
    if (output === undefined) throw fail('IMAGE is missing');
    if (operands.length > 1 && values.output !== undefined) throw fail('IMAGE is given twice');
    if (tag !== undefined && (!TAG.test(tag) || tag.length > 255))
      throw fail(`--tag ${tag}: expected a name such as localhost/web:checkpoint`);
    const isFolder = /[/\\]$/.test(output);
    if (docker && isFolder) throw fail('an archive for docker is no folder');
    refuseInput(output, [input], fail);
    const session = new Session(context, { again: true });
    const ckpt = await core();
    await session.open(input, async (file) => {
      const checkpoint =
        values.container === undefined
          ? file
          : (await selectContainer(file, values.container)).checkpoint;
      if (checkpoint.error) throw checkpoint.error;
      refusePart(checkpoint);
      if (!WHOLE.includes(checkpoint.form))
        throw new Unfit(`: is not one checkpoint of a container (${checkpoint.form})`);
      const architecture = values.arch ?? (await architectureOf(ckpt, checkpoint));
      if (architecture === undefined)
        throw new Unfit(': no image of a process tells the architecture; say it with --arch');
      const annotations = annotationsOf(checkpoint, { architecture });
      const place = isFolder
        ? folderPlace(output)
        : tarPlace(output, docker ? [] : ['blobs/', 'blobs/sha256/']);
      try {
        const facts = { architecture, annotations, created: createdOf(checkpoint), tag };
        const written = await writeImage(checkpoint, place, facts, {
          compress: compressionFor(checkpoint, values.compress, docker),
          docker,
          progress: (read) => session.progress({ read, size: 0 }),
        });
        place.commit();
        session.endProgress();
        const { manifest, config, layer, diffId } = written;
        if (values.format === 'json')
          await stdout.write(
            `${compactJson({ version: 1, image: output, manifest: manifest ?? null, config, layer: { ...layer, diffId }, architecture, annotations })}\n`,
          );
        else await stdout.write(`${(manifest ?? config).digest}\n`);
      } finally {
        place.discard();
      }
    });
    return session.code;
  },
};
