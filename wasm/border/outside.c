/* SPDX-License-Identifier: Apache-2.0 */
/* In the core for WebAssembly no decoder of src/archive/decoder.h is linked: JavaScript loads the
 * module that has them (wasm/border/codecs) when one is needed. */
#include "archive/decoder.h"

const struct ckpt_decoder_type *ckpt_decoder_for(uint32_t compression)
{
    (void)compression;
    return NULL;
}
