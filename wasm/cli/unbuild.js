// SPDX-License-Identifier: Apache-2.0
// ckpt unbuild
import { COMPRESS } from './build.js';
import { NewFile, refuseInput } from './new-file.js';
import { Session, Unfit } from './open.js';
import { packInto } from './pack.js';
import { NO_PROGRESS } from './progress.js';
import { TEXT_OR_JSON, compactJson } from './rows.js';

/** @type {import('./options.js').Command} */
export const unbuild = {
  name: 'unbuild',
  summary: 'get the archive of a checkpoint out of an OCI image',
  operands: 'IMAGE OUTPUT',
  count: [2, 2],
  details: [
    'Writes the layer that holds the checkpoint as an archive: byte by byte as it lies in the image, or with --compress in another compression. IMAGE is an archive or a folder of an OCI layout, or an archive of "docker save". OUTPUT appears when it is whole.',
  ],
  options: [COMPRESS, ...TEXT_OR_JSON, NO_PROGRESS],
  examples: [
    'ckpt unbuild image.tar checkpoint.tar',
    'ckpt unbuild --compress none layout/ checkpoint.tar',
  ],

  async run(context) {
    const { operands, values, stdout, fail } = context;
    const [input, output] = operands;
    refuseInput(output, [input], fail);
    const session = new Session(context, { again: true });
    await session.open(input, async (checkpoint) => {
      if (!checkpoint.image) throw new Unfit(': is no image with a checkpoint in it');
      if (checkpoint.error) throw checkpoint.error;
      const stored =
        values.compress === undefined || values.compress === checkpoint.image.compression;
      const file = new NewFile(output);
      try {
        const packing = stored ? 'none' : /** @type {any} */ (values.compress);
        await packInto(file, packing, checkpoint.tar({ stored }), (read) =>
          session.progress({ read, size: 0 }),
        );
        const size = file.length;
        file.commit();
        session.endProgress();
        if (values.format !== 'json') return;
        const { image } = checkpoint;
        const compression = values.compress ?? image.compression ?? 'none';
        const { layer, annotations } = image;
        await stdout.write(
          `${compactJson({ version: 1, output, size, compression, layer, annotations })}\n`,
        );
      } finally {
        file.discard();
      }
    });
    return session.code;
  },
};
