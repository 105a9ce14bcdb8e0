// SPDX-License-Identifier: Apache-2.0
// The checkpoints that are built in.
import { T } from '../text.js';
import { take } from './actions.js';
import { api } from './api.js';

/** @param {import('../types.d.ts').Sample} which */
export const takeSample = (which) =>
  take(
    api
      .sample({ which })
      .then((blob) => ({ given: [{ path: T.sampleNames[which], blob }], missed: 0 })),
  );
