/* SPDX-License-Identifier: Apache-2.0 */
/* spec.dump, the OCI runtime spec. */
#include "rules/rules.h"

void ckpt_check_spec(struct ckpt_rules *r)
{
    struct ckpt_file *file = ckpt_file_of(r, "spec.dump");
    if (file == NULL) {
        if (ckpt_wants_files(r))
            ckpt_find_file(r, CKPT_RULE_200, "spec.dump",
                           "spec.dump is missing; expected a JSON object.");
        return;
    }
    if (file->error.kind != CKPT_OK)
        ckpt_find_error(r, CKPT_RULE_200, file);
    else if (!ckpt_is(ckpt_whole(file), CKPT_OBJECT))
        ckpt_find(r, CKPT_RULE_200, ckpt_whole(file), "spec.dump is %v; expected a JSON object.",
                  ckpt_whole(file));
}
