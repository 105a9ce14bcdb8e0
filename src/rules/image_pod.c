/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rules.h"

void ckpt_check_image_pod(struct ckpt_rules *r)
{
    struct ckpt_file *file = ckpt_file_of(r, "pod.options");
    if (file != NULL && file->error.kind != CKPT_OK)
        ckpt_find_error(r, CKPT_RULE_906, file);
}
