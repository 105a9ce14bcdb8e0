/* SPDX-License-Identifier: Apache-2.0 */
/* The names of fields, numbers and types of images. The module has none of them: programs of C link
   them, JavaScript passes those of dist/criu-tables.js. */
#ifndef CKPT_CRIU_NAMES_H
#define CKPT_CRIU_NAMES_H

#include "json/names.h"

extern const struct ckpt_names ckpt_criu_names;

#endif
