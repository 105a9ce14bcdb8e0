// SPDX-License-Identifier: Apache-2.0
// Every way to say where the core is, with the types of a browser.
import { load } from 'container-checkpoint';
import { load as loadInline } from 'container-checkpoint/inline';

export async function loads(module: WebAssembly.Module, bytes: BufferSource): Promise<void> {
  await load({ wasm: new URL('core.wasm', 'https://example.org/') });
  await load({ wasm: module });
  await load({ wasm: bytes });
  await loadInline();
}
