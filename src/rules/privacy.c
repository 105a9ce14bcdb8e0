/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rules.h"

void ckpt_check_privacy(struct ckpt_rules *r)
{
    (void)r;
}
