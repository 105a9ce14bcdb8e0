// SPDX-License-Identifier: Apache-2.0
// node bomb.mjs FILE: opens, validates, lists what is inside, closes; prints what came of it, and the memory that it took.
import process from 'node:process';
import { load, openCheckpoint } from 'container-checkpoint/node';

const core = await load();
const checkpoint = await openCheckpoint(process.argv[2]);
const { findings, targets } = await core.validate(checkpoint);
await checkpoint.containers();
const members = [...checkpoint.summary.inside.slice(0, 3)];
for (const index of members) {
  let at = 0;
  for (const member of checkpoint.members)
    if (at++ === index) await checkpoint.list(member).catch((error) => error);
}
await checkpoint.close();
const errors = findings.filter(({ severity }) => severity === 'error').map(({ id }) => id);
process.stdout.write(
  JSON.stringify({
    stopped: checkpoint.error?.code ?? null,
    errors: [...new Set(errors)].sort(),
    verdicts: targets.map(({ verdict }) => verdict),
    used: process.resourceUsage().maxRSS / 1024,
  }),
);
