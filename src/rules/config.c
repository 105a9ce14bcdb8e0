/* SPDX-License-Identifier: Apache-2.0 */
/* config.dump. */
#include "rules/rules.h"

void ckpt_check_config(struct ckpt_rules *r)
{
    struct ckpt_file *file = ckpt_file_of(r, "config.dump");
    if (file == NULL) {
        if (ckpt_wants_files(r))
            ckpt_find_file(r, CKPT_RULE_100, "config.dump",
                           "config.dump is missing; expected a JSON object.");
        return;
    }
    if (file->error.kind == CKPT_ERROR_TIME)
        ckpt_find_error(r, CKPT_RULE_103, file);
    else if (file->error.kind != CKPT_OK)
        ckpt_find_error(r, CKPT_RULE_100, file);
    else if (!ckpt_is(ckpt_whole(file), CKPT_OBJECT))
        ckpt_find(r, CKPT_RULE_100, ckpt_whole(file), "config.dump is %v; expected a JSON object.",
                  ckpt_whole(file));
}
