/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CKPT_CODECS_CRC_TABLES_H
#define CKPT_CODECS_CRC_TABLES_H

#include <stdint.h>

/* Fills liblzma's tables; once is enough. */
void ckpt_codec_make_crc_tables(void);

#endif
