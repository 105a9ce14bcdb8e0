/* SPDX-License-Identifier: Apache-2.0 */
/* The decoders that this library has; the core for WebAssembly has those that are found outside. */
#include "decoder.h"

const struct ckpt_decoder_type *ckpt_decoder_for(uint32_t compression)
{
    return compression == CKPT_COMPRESSION_XZ      ? &ckpt_unxz
           : compression == CKPT_COMPRESSION_BZIP2 ? &ckpt_unbzip2
                                                   : NULL;
}
