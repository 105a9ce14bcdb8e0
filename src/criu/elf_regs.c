/* SPDX-License-Identifier: Apache-2.0 */
/* The registers of each architecture, from CRIU's messages into the kernel's order. */
#include "criu/elf_parts.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Fields first to last of a message, each a 64-bit register. */
static void put_fields(struct ckpt_elf_writer *w, const struct ckpt_pb *m, unsigned first,
                       unsigned last)
{
    for (unsigned field = first; field <= last; field++)
        ckpt_elf_64(w, ckpt_pb_u64(m, field, 0));
}

/* `count` values of a repeated field of 64 or 32 bits; those that lack are zero. */
static void put_list(struct ckpt_elf_writer *w, const struct ckpt_pb *m, unsigned field,
                     size_t count, unsigned bits)
{
    struct ckpt_pb_each each = ckpt_pb_each(m, field);
    uint64_t value;
    for (size_t i = 0; i < count; i++) {
        if (!ckpt_pb_next_u64(&each, &value))
            value = 0;
        if (bits == 64)
            ckpt_elf_64(w, value);
        else
            ckpt_elf_32(w, value);
    }
}

/* `count` values as pairs of which the second one is to come first. */
static void put_swapped(struct ckpt_elf_writer *w, const struct ckpt_pb *m, unsigned field,
                        size_t count)
{
    struct ckpt_pb_each each = ckpt_pb_each(m, field);
    for (size_t i = 0; i < count; i += 2) {
        uint64_t high = 0, low = 0;
        if (!ckpt_pb_next_u64(&each, &high) || !ckpt_pb_next_u64(&each, &low))
            high = low = 0;
        ckpt_elf_64(w, low);
        ckpt_elf_64(w, high);
    }
}

/* ---- x86-64 ---------------------------------------------------------------------------------- */

static void x86_registers(struct ckpt_elf_writer *w, const struct ckpt_pb *general)
{
    put_fields(w, general, F(user_x86_regs_entry, r15), F(user_x86_regs_entry, gs));
}

/* The area of FXSAVE. xcr0: what XSAVE saves, where Linux's debuggers look for it; 0: not told. */
static void x86_fxsave(struct ckpt_elf_writer *w, const struct ckpt_pb *fp, uint64_t xcr0)
{
    ckpt_elf_16(w, ckpt_pb_u64(fp, F(user_x86_fpregs_entry, cwd), 0));
    ckpt_elf_16(w, ckpt_pb_u64(fp, F(user_x86_fpregs_entry, swd), 0));
    ckpt_elf_16(w, ckpt_pb_u64(fp, F(user_x86_fpregs_entry, twd), 0));
    ckpt_elf_16(w, ckpt_pb_u64(fp, F(user_x86_fpregs_entry, fop), 0));
    ckpt_elf_64(w, ckpt_pb_u64(fp, F(user_x86_fpregs_entry, rip), 0));
    ckpt_elf_64(w, ckpt_pb_u64(fp, F(user_x86_fpregs_entry, rdp), 0));
    ckpt_elf_32(w, ckpt_pb_u64(fp, F(user_x86_fpregs_entry, mxcsr), 0));
    ckpt_elf_32(w, ckpt_pb_u64(fp, F(user_x86_fpregs_entry, mxcsr_mask), 0));
    put_list(w, fp, F(user_x86_fpregs_entry, st_space), 32, 32);
    put_list(w, fp, F(user_x86_fpregs_entry, xmm_space), 64, 32);
    ckpt_elf_zeros(w, 48);
    ckpt_elf_64(w, xcr0);
    ckpt_elf_zeros(w, 40);
}

/* The parts of the area of XSAVE after its header, in the standard form. */
static const struct {
    unsigned field, bit, offset, count, bits;
} x86_parts[] = {
    {F(user_x86_xsave_entry, ymmh_space), 2, 576, 64, 32},
    {F(user_x86_xsave_entry, bndreg_state), 3, 960, 8, 64},
    {F(user_x86_xsave_entry, bndcsr_state), 4, 1024, 2, 64},
    {F(user_x86_xsave_entry, opmask_reg), 5, 1088, 8, 64},
    {F(user_x86_xsave_entry, zmm_upper), 6, 1152, 64, 64},
    {F(user_x86_xsave_entry, hi16_zmm), 7, 1664, 128, 64},
    {F(user_x86_xsave_entry, pkru), 9, 2688, 2, 32},
};

static void x86_notes(struct ckpt_elf_writer *w, const struct ckpt_pb *info)
{
    struct ckpt_pb fp, xsave;
    if (!ckpt_pb_get_message(info, F(thread_info_x86, fpregs), &fp))
        return;
    ckpt_elf_begin_note(w, "CORE", NT_FPREGSET);
    x86_fxsave(w, &fp, 0);
    ckpt_elf_end_note(w);
    if (!ckpt_pb_get_message(&fp, F(user_x86_fpregs_entry, xsave), &xsave))
        return;
    uint64_t state = ckpt_pb_u64(&xsave, F(user_x86_xsave_entry, xstate_bv), 0), there = 3;
    for (size_t i = 0; i < COUNT(x86_parts); i++)
        if (ckpt_pb_has(&xsave, x86_parts[i].field))
            there |= UINT64_C(1) << x86_parts[i].bit;
    ckpt_elf_begin_note(w, "LINUX", NT_X86_XSTATE);
    x86_fxsave(w, &fp, there);
    ckpt_elf_64(w, state & there);
    ckpt_elf_zeros(w, 56);
    size_t at = 576;
    for (size_t i = 0; i < COUNT(x86_parts); i++) {
        if ((there >> x86_parts[i].bit & 1) == 0)
            continue;
        ckpt_elf_zeros(w, x86_parts[i].offset - at);
        put_list(w, &xsave, x86_parts[i].field, x86_parts[i].count, x86_parts[i].bits);
        at = x86_parts[i].offset + x86_parts[i].count * (size_t)x86_parts[i].bits / 8;
    }
    ckpt_elf_end_note(w);
}

/* ---- ARM ------------------------------------------------------------------------------------- */

static void arm_registers(struct ckpt_elf_writer *w, const struct ckpt_pb *general)
{
    for (unsigned field = 1; field <= 18; field++)
        ckpt_elf_32(w, ckpt_pb_u64(general, field, 0));
}

static void arm_notes(struct ckpt_elf_writer *w, const struct ckpt_pb *info)
{
    struct ckpt_pb fp;
    if (ckpt_pb_get_message(info, F(thread_info_arm, fpstate), &fp)) {
        ckpt_elf_begin_note(w, "LINUX", NT_ARM_VFP);
        put_list(w, &fp, F(user_arm_vfpstate_entry, vfp_regs), 32, 64);
        ckpt_elf_32(w, ckpt_pb_u64(&fp, F(user_arm_vfpstate_entry, fpscr), 0));
        ckpt_elf_end_note(w);
    }
    ckpt_elf_begin_note(w, "LINUX", NT_ARM_TLS);
    ckpt_elf_32(w, ckpt_pb_u64(info, F(thread_info_arm, tls), 0));
    ckpt_elf_end_note(w);
}

static void aarch64_registers(struct ckpt_elf_writer *w, const struct ckpt_pb *general)
{
    put_list(w, general, F(user_aarch64_regs_entry, regs), 31, 64);
    put_fields(w, general, F(user_aarch64_regs_entry, sp), F(user_aarch64_regs_entry, pstate));
}

static void aarch64_keys(struct ckpt_elf_writer *w, const struct ckpt_pb *keys)
{
    struct ckpt_pb part;
    if (ckpt_pb_get_message(keys, F(pac_keys, pac_address_keys), &part)) {
        ckpt_elf_begin_note(w, "LINUX", NT_ARM_PACA_KEYS);
        put_fields(w, &part, F(pac_address_keys, apiakey_lo), F(pac_address_keys, apdbkey_hi));
        ckpt_elf_end_note(w);
    }
    if (ckpt_pb_get_message(keys, F(pac_keys, pac_generic_keys), &part)) {
        ckpt_elf_begin_note(w, "LINUX", NT_ARM_PACG_KEYS);
        put_fields(w, &part, F(pac_generic_keys, apgakey_lo), F(pac_generic_keys, apgakey_hi));
        ckpt_elf_end_note(w);
    }
}

static void aarch64_notes(struct ckpt_elf_writer *w, const struct ckpt_pb *info)
{
    struct ckpt_pb fp, keys;
    if (ckpt_pb_get_message(info, F(thread_info_aarch64, fpsimd), &fp)) {
        ckpt_elf_begin_note(w, "CORE", NT_FPREGSET);
        put_list(w, &fp, F(user_aarch64_fpsimd_context_entry, vregs), 64, 64);
        ckpt_elf_32(w, ckpt_pb_u64(&fp, F(user_aarch64_fpsimd_context_entry, fpsr), 0));
        ckpt_elf_32(w, ckpt_pb_u64(&fp, F(user_aarch64_fpsimd_context_entry, fpcr), 0));
        ckpt_elf_zeros(w, 8);
        ckpt_elf_end_note(w);
    }
    ckpt_elf_begin_note(w, "LINUX", NT_ARM_TLS);
    ckpt_elf_64(w, ckpt_pb_u64(info, F(thread_info_aarch64, tls), 0));
    ckpt_elf_end_note(w);
    if (ckpt_pb_get_message(info, F(thread_info_aarch64, pac_keys), &keys))
        aarch64_keys(w, &keys);
}

/* ---- PowerPC --------------------------------------------------------------------------------- */

static void ppc64_registers(struct ckpt_elf_writer *w, const struct ckpt_pb *general)
{
    put_list(w, general, F(user_ppc64_regs_entry, gpr), 32, 64);
    put_fields(w, general, F(user_ppc64_regs_entry, nip), F(user_ppc64_regs_entry, ccr));
    ckpt_elf_64(w, 0); /* softe */
    ckpt_elf_64(w, ckpt_pb_u64(general, F(user_ppc64_regs_entry, trap), 0));
    ckpt_elf_zeros(w, 56); /* dar, dsisr, result, and what is not used */
}

static void ppc64_notes(struct ckpt_elf_writer *w, const struct ckpt_pb *info)
{
    struct ckpt_pb part;
    if (ckpt_pb_get_message(info, F(thread_info_ppc64, fpstate), &part)) {
        ckpt_elf_begin_note(w, "CORE", NT_FPREGSET);
        put_list(w, &part, F(user_ppc64_fpstate_entry, fpregs), 33, 64);
        ckpt_elf_end_note(w);
    }
    if (ckpt_pb_get_message(info, F(thread_info_ppc64, vrstate), &part)) {
        ckpt_elf_begin_note(w, "LINUX", NT_PPC_VMX);
        /* High halves come first in the image, low ones in the memory of these machines. */
        put_swapped(w, &part, F(user_ppc64_vrstate_entry, vrregs), 66);
        ckpt_elf_32(w, ckpt_pb_u64(&part, F(user_ppc64_vrstate_entry, vrsave), 0));
        ckpt_elf_zeros(w, 12);
        ckpt_elf_end_note(w);
    }
    if (ckpt_pb_get_message(info, F(thread_info_ppc64, vsxstate), &part)) {
        ckpt_elf_begin_note(w, "LINUX", NT_PPC_VSX);
        put_list(w, &part, F(user_ppc64_vsxstate_entry, vsxregs), 32, 64);
        ckpt_elf_end_note(w);
    }
}

/* ---- s390 ------------------------------------------------------------------------------------ */

static void s390_registers(struct ckpt_elf_writer *w, const struct ckpt_pb *general)
{
    put_fields(w, general, F(user_s390_regs_entry, psw_mask), F(user_s390_regs_entry, psw_addr));
    put_list(w, general, F(user_s390_regs_entry, gprs), 16, 64);
    put_list(w, general, F(user_s390_regs_entry, acrs), 16, 32);
    ckpt_elf_64(w, ckpt_pb_u64(general, F(user_s390_regs_entry, orig_gpr2), 0));
}

static void s390_notes(struct ckpt_elf_writer *w, const struct ckpt_pb *info)
{
    struct ckpt_pb part;
    if (ckpt_pb_get_message(info, F(thread_info_s390, fpregs), &part)) {
        ckpt_elf_begin_note(w, "CORE", NT_FPREGSET);
        ckpt_elf_32(w, ckpt_pb_u64(&part, F(user_s390_fpregs_entry, fpc), 0));
        ckpt_elf_32(w, 0);
        put_list(w, &part, F(user_s390_fpregs_entry, fprs), 16, 64);
        ckpt_elf_end_note(w);
    }
    if (ckpt_pb_get_message(info, F(thread_info_s390, gpregs), &part)) {
        ckpt_elf_begin_note(w, "LINUX", NT_S390_SYSTEM_CALL);
        ckpt_elf_32(w, ckpt_pb_u64(&part, F(user_s390_regs_entry, system_call), 0));
        ckpt_elf_end_note(w);
    }
    if (ckpt_pb_get_message(info, F(thread_info_s390, vxrs_low), &part)) {
        ckpt_elf_begin_note(w, "LINUX", NT_S390_VXRS_LOW);
        put_list(w, &part, F(user_s390_vxrs_low_entry, regs), 16, 64);
        ckpt_elf_end_note(w);
    }
    if (ckpt_pb_get_message(info, F(thread_info_s390, vxrs_high), &part)) {
        ckpt_elf_begin_note(w, "LINUX", NT_S390_VXRS_HIGH);
        put_list(w, &part, F(user_s390_vxrs_high_entry, regs), 32, 64);
        ckpt_elf_end_note(w);
    }
}

/* ---- MIPS, LoongArch, RISC-V ----------------------------------------------------------------- */

static void mips_registers(struct ckpt_elf_writer *w, const struct ckpt_pb *general)
{
    put_fields(w, general, F(user_mips_regs_entry, r0), F(user_mips_regs_entry, cp0_epc));
    put_fields(w, general, F(user_mips_regs_entry, cp0_badvaddr),
               F(user_mips_regs_entry, cp0_cause));
    ckpt_elf_zeros(w, 56);
}

static void mips_notes(struct ckpt_elf_writer *w, const struct ckpt_pb *info)
{
    struct ckpt_pb fp;
    if (!ckpt_pb_get_message(info, F(thread_info_mips, fpregs), &fp))
        return;
    ckpt_elf_begin_note(w, "CORE", NT_FPREGSET);
    put_fields(w, &fp, F(user_mips_fpregs_entry, r0), F(user_mips_fpregs_entry, r31));
    ckpt_elf_32(w, ckpt_pb_u64(&fp, F(user_mips_fpregs_entry, fpu_fcr31), 0));
    ckpt_elf_32(w, ckpt_pb_u64(&fp, F(user_mips_fpregs_entry, fpu_id), 0));
    ckpt_elf_end_note(w);
}

static void loongarch64_registers(struct ckpt_elf_writer *w, const struct ckpt_pb *general)
{
    put_list(w, general, F(user_loongarch64_gpregs_entry, regs), 32, 64);
    ckpt_elf_64(w, 0); /* orig_a0 */
    ckpt_elf_64(w, ckpt_pb_u64(general, F(user_loongarch64_gpregs_entry, pc), 0));
    ckpt_elf_zeros(w, 88);
}

static void loongarch64_notes(struct ckpt_elf_writer *w, const struct ckpt_pb *info)
{
    struct ckpt_pb fp;
    if (!ckpt_pb_get_message(info, F(thread_info_loongarch64, fpregs), &fp))
        return;
    ckpt_elf_begin_note(w, "CORE", NT_FPREGSET);
    put_list(w, &fp, F(user_loongarch64_fpregs_entry, regs), 32, 64);
    ckpt_elf_64(w, ckpt_pb_u64(&fp, F(user_loongarch64_fpregs_entry, fcc), 0));
    ckpt_elf_32(w, ckpt_pb_u64(&fp, F(user_loongarch64_fpregs_entry, fcsr), 0));
    ckpt_elf_32(w, 0);
    ckpt_elf_end_note(w);
}

static void riscv64_registers(struct ckpt_elf_writer *w, const struct ckpt_pb *general)
{
    put_fields(w, general, F(user_riscv64_regs_entry, pc), F(user_riscv64_regs_entry, t6));
}

static void riscv64_notes(struct ckpt_elf_writer *w, const struct ckpt_pb *info)
{
    struct ckpt_pb fp;
    if (!ckpt_pb_get_message(info, F(thread_info_riscv64, fpsimd), &fp))
        return;
    ckpt_elf_begin_note(w, "CORE", NT_FPREGSET);
    put_list(w, &fp, F(user_riscv64_d_ext_entry, f), 32, 64);
    ckpt_elf_32(w, ckpt_pb_u64(&fp, F(user_riscv64_d_ext_entry, fcsr), 0));
    ckpt_elf_32(w, 0);
    ckpt_elf_end_note(w);
}

/* ---------------------------------------------------------------------------------------------- */

/* CRIU runs on ppc64le, mips64el (n64) and LP64D only. */
static const struct ckpt_elf_machine machines[] = {
    [CKPT_CRIU_march_X86_64] = {62, false, false, 0, F(core_entry, thread_info),
                                F(thread_info_x86, gpregs), x86_registers, x86_notes, 216},
    [CKPT_CRIU_march_ARM] = {40, true, false, 0x05000000, F(core_entry, ti_arm),
                             F(thread_info_arm, gpregs), arm_registers, arm_notes, 72},
    [CKPT_CRIU_march_AARCH64] = {183, false, false, 0, F(core_entry, ti_aarch64),
                                 F(thread_info_aarch64, gpregs), aarch64_registers, aarch64_notes,
                                 272},
    [CKPT_CRIU_march_PPC64] = {21, false, false, 2, F(core_entry, ti_ppc64),
                               F(thread_info_ppc64, gpregs), ppc64_registers, ppc64_notes, 384},
    [CKPT_CRIU_march_S390] = {22, false, true, 0, F(core_entry, ti_s390),
                              F(thread_info_s390, gpregs), s390_registers, s390_notes, 216},
    [CKPT_CRIU_march_MIPS] = {8, false, false, 0x80000000u, F(core_entry, ti_mips),
                              F(thread_info_mips, gpregs), mips_registers, mips_notes, 360},
    [CKPT_CRIU_march_LOONGARCH64] = {258, false, false, 0x43, F(core_entry, ti_loongarch64),
                                     F(thread_info_loongarch64, gpregs), loongarch64_registers,
                                     loongarch64_notes, 360},
    [CKPT_CRIU_march_RISCV64] = {243, false, false, 5, F(core_entry, ti_riscv64),
                                 F(thread_info_riscv64, gpregs), riscv64_registers, riscv64_notes,
                                 256},
};

const struct ckpt_elf_machine *ckpt_elf_machine(uint64_t march)
{
    return march < COUNT(machines) && machines[march].machine != 0 ? &machines[march] : NULL;
}
