/* SPDX-License-Identifier: Apache-2.0 */
#include "criu/cpu.h"

#include <string.h>

#include "checkpoint/value.h"
#include "text/number.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { X86_64 = CKPT_CRIU_march_X86_64 };

static const struct word {
    uint8_t march;
    uint8_t record, reg; /* of X86_64 */
    int8_t image;
    uint8_t key, shift; /* of the others */
    const char *names;
} words[CKPT_CPU_WORDS] = {
#define CKPT_CPU_CPUID(id, record, register_, image, names)                                        \
    {X86_64, record, register_, image, 0, 0, names},
#define CKPT_CPU_HWCAP(id, march, key, shift, names)                                               \
    {CKPT_CRIU_march_##march, 0, 0, -1, key, shift, names},
#define CKPT_CPU_LEVEL(name, march, base, names)
#include "criu/cpu.def"
#undef CKPT_CPU_CPUID
#undef CKPT_CPU_HWCAP
#undef CKPT_CPU_LEVEL
};

static const struct level {
    const char *name;
    uint32_t march;
    const char *base, *names;
} levels[] = {
#define CKPT_CPU_CPUID(id, record, register_, image, names)
#define CKPT_CPU_HWCAP(id, march, key, shift, names)
#define CKPT_CPU_LEVEL(name, march, base, names) {name, CKPT_CRIU_march_##march, base, names},
#include "criu/cpu.def"
#undef CKPT_CPU_CPUID
#undef CKPT_CPU_HWCAP
#undef CKPT_CPU_LEVEL
};

const char *const ckpt_cpu_levels[] = {
#define CKPT_CPU_CPUID(id, record, register_, image, names)
#define CKPT_CPU_HWCAP(id, march, key, shift, names)
#define CKPT_CPU_LEVEL(name, march, base, names) name,
#include "criu/cpu.def"
#undef CKPT_CPU_CPUID
#undef CKPT_CPU_HWCAP
#undef CKPT_CPU_LEVEL
    NULL};

/* ---- Names ----------------------------------------------------------------------------------- */

/* The next word of a text that blanks part, from *at on; empty after the last one. */
static ckpt_string next_word(ckpt_string text, size_t *at)
{
    size_t from = *at;
    while (from < text.length && (text.data[from] == ' ' || text.data[from] == '\t'))
        from++;
    size_t to = from;
    while (to < text.length && text.data[to] != ' ' && text.data[to] != '\t')
        to++;
    *at = to;
    return ckpt_slice_of(text, from, to);
}

/* The next name of a row, and its bit. False after the last one. */
static bool next_name(ckpt_string names, size_t *at, unsigned *bit, ckpt_string *name)
{
    uint64_t number;
    while ((*name = next_word(names, at)).length != 0) {
        if (!ckpt_parse_digits(name->data, name->length, 10, &number))
            return true;
        *bit = (unsigned)number;
    }
    return false;
}

/* Adds the feature of that name. False: the architecture has none. */
static bool add_name(struct ckpt_cpu *cpu, ckpt_string wanted)
{
    for (size_t i = 0; i < CKPT_CPU_WORDS; i++) {
        ckpt_string names = ckpt_string_of(words[i].names), name;
        size_t at = 0;
        for (unsigned bit = 0; words[i].march == cpu->march && next_name(names, &at, &bit, &name);
             bit++)
            if (ckpt_equal(name, wanted)) {
                cpu->words[i] |= UINT32_C(1) << bit;
                return true;
            }
    }
    return false;
}

static void add_names(struct ckpt_cpu *cpu, ckpt_string text)
{
    size_t at = 0;
    for (ckpt_string name; (name = next_word(text, &at)).length != 0;)
        add_name(cpu, name);
}

/* The bits of a row that have names. */
static uint32_t known_bits(const struct word *word)
{
    ckpt_string names = ckpt_string_of(word->names), name;
    uint32_t bits = 0;
    size_t at = 0;
    for (unsigned bit = 0; next_name(names, &at, &bit, &name); bit++)
        bits |= UINT32_C(1) << bit;
    return bits;
}

void ckpt_cpu_put_names(struct ckpt_sink *sink, const struct ckpt_cpu *cpu)
{
    enum { MOST = 512 };
    ckpt_string sorted[MOST], name;
    size_t count = 0;
    for (size_t i = 0; i < CKPT_CPU_WORDS; i++) {
        ckpt_string names = ckpt_string_of(words[i].names);
        size_t at = 0;
        for (unsigned bit = 0; cpu->words[i] != 0 && next_name(names, &at, &bit, &name); bit++) {
            size_t k = count;
            if ((cpu->words[i] >> bit & 1) == 0 || count == MOST)
                continue;
            for (; k > 0 && ckpt_string_compare(sorted[k - 1], name) > 0; k--)
                sorted[k] = sorted[k - 1];
            sorted[k] = name;
            count++;
        }
    }
    sink->begin_array(sink);
    for (size_t i = 0; i < count; i++)
        sink->string(sink, sorted[i]);
    sink->end(sink);
}

/* ---- Sets ------------------------------------------------------------------------------------ */

void ckpt_cpu_add(struct ckpt_cpu *cpu, const struct ckpt_cpu *other)
{
    for (size_t i = 0; i < CKPT_CPU_WORDS; i++)
        cpu->words[i] |= other->words[i];
}

void ckpt_cpu_remove(struct ckpt_cpu *cpu, const struct ckpt_cpu *other)
{
    for (size_t i = 0; i < CKPT_CPU_WORDS; i++)
        cpu->words[i] &= ~other->words[i];
}

bool ckpt_cpu_is_empty(const struct ckpt_cpu *cpu)
{
    uint32_t all = 0;
    for (size_t i = 0; i < CKPT_CPU_WORDS; i++)
        all |= cpu->words[i];
    return all == 0;
}

/* ---- Levels ---------------------------------------------------------------------------------- */

bool ckpt_cpu_of_level(ckpt_string name, struct ckpt_cpu *cpu)
{
    for (size_t i = COUNT(levels); i-- > 0;) {
        const struct level *level = &levels[i];
        if (!ckpt_equals(name, level->name))
            continue;
        memset(cpu, 0, sizeof(*cpu));
        cpu->march = level->march;
        add_names(cpu, ckpt_string_of(level->names));
        for (const char *base = level->base; base != NULL;) /* which is in an earlier row */
            if (ckpt_equals(ckpt_string_of((--level)->name), base)) {
                add_names(cpu, ckpt_string_of(level->names));
                base = level->base;
            }
        return true;
    }
    return false;
}

const char *ckpt_cpu_level(const struct ckpt_cpu *cpu)
{
    struct ckpt_cpu all, lacks;
    memset(&all, 0, sizeof(all));
    for (size_t i = COUNT(levels); i-- > 0;) {
        const struct level *level = &levels[i];
        /* glibc does not note all of what every processor of x86-64 has. */
        bool x86 = level->march == X86_64;
        if (level->march != cpu->march || !ckpt_cpu_of_level(ckpt_string_of(level->name), &lacks))
            continue;
        ckpt_cpu_remove(&lacks, cpu);
        if (x86 && ckpt_cpu_of_level(ckpt_string_of("x86-64"), &all))
            ckpt_cpu_remove(&lacks, &all);
        if (ckpt_cpu_is_empty(&lacks))
            return level->name;
    }
    return NULL;
}

/* ---- Files ----------------------------------------------------------------------------------- */

/* The kernel does not list what it switched on for all programs: a name stands for another one. */
static void add_implied(struct ckpt_cpu *cpu, ckpt_string flags)
{
    static const char *const implied[][2] = {
        {"xsave", "osxsave"}, {"user_shstk", "shstk"}, {"pku", "ospke"}};
    size_t at = 0;
    for (ckpt_string name; (name = next_word(flags, &at)).length != 0;)
        for (size_t i = 0; i < COUNT(implied); i++)
            if (ckpt_equals(name, implied[i][0]))
                add_name(cpu, ckpt_string_of(implied[i][1]));
}

/* rv64imafdc_zicsr: letters up to the first extension with a longer name. */
static void add_riscv(struct ckpt_cpu *cpu, ckpt_string isa)
{
    size_t at = 0;
    ckpt_string word = next_word(isa, &at);
    for (size_t i = 4; i < word.length && word.data[i] >= 'a' && word.data[i] <= 'z'; i++) {
        if (word.data[i] == 'g')
            add_names(cpu, ckpt_string_of("i m a f d"));
        else
            add_name(cpu, ckpt_slice_of(word, i, i + 1));
    }
}

static bool has_word(ckpt_string text, const char *wanted)
{
    size_t at = 0;
    for (ckpt_string word; (word = next_word(text, &at)).length != 0;)
        if (ckpt_equals(word, wanted))
            return true;
    return false;
}

/* The architecture whose /proc/cpuinfo has a line of that key and value; 0: it says nothing. */
static uint32_t march_of(ckpt_string key, ckpt_string value)
{
    if (ckpt_equals(key, "flags"))
        return X86_64;
    if (ckpt_equals(key, "features"))
        return CKPT_CRIU_march_S390;
    if (ckpt_equals(key, "Features"))
        return has_word(value, "cpucfg")                           ? CKPT_CRIU_march_LOONGARCH64
               : has_word(value, "asimd") || has_word(value, "fp") ? CKPT_CRIU_march_AARCH64
                                                                   : CKPT_CRIU_march_ARM;
    if (ckpt_equals(key, "isa"))
        return ckpt_starts(value, "rv")     ? CKPT_CRIU_march_RISCV64
               : ckpt_starts(value, "mips") ? CKPT_CRIU_march_MIPS
                                            : 0;
    if (ckpt_equals(key, "ASEs implemented"))
        return CKPT_CRIU_march_MIPS;
    return ckpt_equals(key, "cpu") && ckpt_starts(value, "POWER") ? CKPT_CRIU_march_PPC64 : 0;
}

static void add_value(struct ckpt_cpu *cpu, ckpt_string value)
{
    struct ckpt_cpu level;
    size_t at = 0;
    switch (cpu->march) {
    case CKPT_CRIU_march_PPC64: /* POWER9 (architected), altivec supported */
        if (ckpt_cpu_of_level(next_word(value, &at), &level))
            ckpt_cpu_add(cpu, &level);
        break;
    case CKPT_CRIU_march_RISCV64:
        add_riscv(cpu, value);
        break;
    case CKPT_CRIU_march_MIPS:
        if (has_word(value, "mips32r6") || has_word(value, "mips64r6"))
            add_name(cpu, ckpt_string_of("r6"));
        add_names(cpu, value);
        break;
    default:
        add_names(cpu, value);
        if (cpu->march == X86_64)
            add_implied(cpu, value);
    }
}

static ckpt_string trimmed(ckpt_string text)
{
    size_t from = 0, to = text.length;
    while (from < to && (unsigned char)text.data[from] <= ' ')
        from++;
    while (to > from && (unsigned char)text.data[to - 1] <= ' ')
        to--;
    return ckpt_slice_of(text, from, to);
}

/* A copy of /proc/cpuinfo: what all its processors have. */
static bool of_text(ckpt_string text, struct ckpt_cpu *cpu)
{
    bool mips_seen = false;
    memset(cpu, 0, sizeof(*cpu));
    for (size_t at = 0, end, colon; at < text.length; at = end + 1) {
        for (end = at; end < text.length && text.data[end] != '\n';)
            end++;
        for (colon = at; colon < end && text.data[colon] != ':';)
            colon++;
        if (colon == end)
            continue;
        ckpt_string key = trimmed(ckpt_slice_of(text, at, colon));
        ckpt_string value = trimmed(ckpt_slice_of(text, colon + 1, end));
        struct ckpt_cpu one = {.march = march_of(key, value)};
        if (one.march == 0 || (cpu->march != 0 && cpu->march != one.march))
            continue;
        add_value(&one, value);
        if (one.march == CKPT_CRIU_march_MIPS) { /* two lines tell of each processor */
            mips_seen = true;
            cpu->march = one.march;
            ckpt_cpu_add(cpu, &one);
            continue;
        }
        for (size_t i = 0; i < CKPT_CPU_WORDS && cpu->march != 0; i++)
            one.words[i] &= cpu->words[i];
        *cpu = one;
    }
    return cpu->march != 0 && (mips_seen || !ckpt_cpu_is_empty(cpu));
}

static uint32_t march_of_machine(ckpt_value machine)
{
    static const struct {
        const char *names;
        uint32_t march;
    } machines[] = {{"x86_64\0", X86_64},
                    {"aarch64\0", CKPT_CRIU_march_AARCH64},
                    {"armv7l\0armv6l\0armv8l\0", CKPT_CRIU_march_ARM},
                    {"ppc64le\0ppc64\0", CKPT_CRIU_march_PPC64},
                    {"s390x\0", CKPT_CRIU_march_S390},
                    {"mips64\0mips\0", CKPT_CRIU_march_MIPS},
                    {"loongarch64\0", CKPT_CRIU_march_LOONGARCH64},
                    {"riscv64\0", CKPT_CRIU_march_RISCV64}};
    for (size_t i = 0; i < COUNT(machines); i++)
        if (ckpt_is_one_of(ckpt_text(machine), machines[i].names))
            return machines[i].march;
    return 0;
}

/* What `ckpt host` prints: architecture, cpu.flags. */
static bool of_host(ckpt_string text, struct ckpt_cpu *cpu)
{
    struct ckpt_file file = {.text = text.data, .length = text.length};
    memset(cpu, 0, sizeof(*cpu));
    file.document = ckpt_document_new();
    if (file.document == NULL)
        return false;
    if (ckpt_document_scan(file.document, CKPT_KIND_ANY, text.data, text.length, &file.error)) {
        ckpt_value root = ckpt_whole(&file), flags = ckpt_get_path(root, "cpu\0flags\0");
        ckpt_value machine = ckpt_get_exact(root, "architecture");
        cpu->march = ckpt_exists(machine) ? march_of_machine(machine) : (uint32_t)X86_64;
        for (ckpt_value v = ckpt_first(flags); cpu->march != 0 && ckpt_exists(v);
             v = ckpt_next(flags, v))
            add_value(cpu, ckpt_text(v));
    }
    ckpt_document_free(file.document);
    return cpu->march != 0 && !ckpt_cpu_is_empty(cpu);
}

bool ckpt_cpu_of_file(const uint8_t *bytes, size_t length, struct ckpt_cpu *cpu)
{
    struct ckpt_criu_problem problem;
    struct ckpt_criu_file file;
    struct ckpt_criu_entry entry;
    ckpt_string text = {(const char *)bytes, length};
    if (ckpt_criu_kind_of(bytes, length) == CKPT_CRIU_IMAGE_CPUINFO)
        return ckpt_criu_open(&file, CKPT_CRIU_IMAGE_CPUINFO, bytes, length, &problem) &&
               ckpt_criu_next(&file, &entry, &problem) == CKPT_CRIU_ENTRY &&
               ckpt_criu_check(&file, &entry, &problem) && ckpt_cpu_of_image(&entry.message, cpu);
    return ckpt_starts(trimmed(text), "{") ? of_host(text, cpu) : of_text(text, cpu);
}

/* ---- Words ----------------------------------------------------------------------------------- */

bool ckpt_cpu_of_image(const struct ckpt_pb *cpuinfo, struct ckpt_cpu *cpu)
{
    static const struct {
        unsigned field, list;
        uint32_t march;
    } others[] = {
        {F(cpuinfo_entry, ppc64_entry), F(cpuinfo_ppc64_entry, hwcap), CKPT_CRIU_march_PPC64},
        {F(cpuinfo_entry, s390_entry), F(cpuinfo_s390_entry, hwcap), CKPT_CRIU_march_S390}};
    struct ckpt_pb one;
    uint64_t value;
    memset(cpu, 0, sizeof(*cpu));
    if (ckpt_pb_get_message(cpuinfo, F(cpuinfo_entry, x86_entry), &one)) {
        struct ckpt_pb_each each = ckpt_pb_each(&one, F(cpuinfo_x86_entry, capability));
        cpu->march = X86_64;
        for (int k = 0; ckpt_pb_next_u64(&each, &value); k++)
            for (size_t i = 0; i < CKPT_CPU_WORDS; i++)
                if (words[i].image == k)
                    cpu->words[i] = (uint32_t)value & known_bits(&words[i]);
        return true;
    }
    for (size_t n = 0; n < COUNT(others); n++) {
        if (!ckpt_pb_get_message(cpuinfo, others[n].field, &one))
            continue;
        struct ckpt_pb_each each = ckpt_pb_each(&one, others[n].list);
        cpu->march = others[n].march;
        for (unsigned k = 0; k < 2 && ckpt_pb_next_u64(&each, &value); k++)
            for (size_t i = 0; i < CKPT_CPU_WORDS; i++)
                if (words[i].march == cpu->march && words[i].key == (k == 0 ? 16 : 26))
                    cpu->words[i] = (uint32_t)value & known_bits(&words[i]);
        return true;
    }
    return false;
}

void ckpt_cpu_of_auxv(const struct ckpt_pb *mm, uint32_t march, struct ckpt_cpu *cpu)
{
    struct ckpt_pb_each each = ckpt_pb_each(mm, F(mm_entry, mm_saved_auxv));
    uint64_t key, value;
    memset(cpu, 0, sizeof(*cpu));
    cpu->march = march;
    while (ckpt_pb_next_u64(&each, &key) && ckpt_pb_next_u64(&each, &value))
        for (size_t i = 0; i < CKPT_CPU_WORDS; i++)
            if (words[i].march == march && words[i].key == key && key != 0)
                cpu->words[i] = (uint32_t)(value >> words[i].shift) & known_bits(&words[i]);
}

void ckpt_cpu_of_state(uint64_t xstate_bv, struct ckpt_cpu *cpu)
{
    /* Components of XSAVE beyond SSE, with the feature that has them. */
    static const struct {
        uint32_t bits;
        const char *name;
    } states[] = {{1 << 2, "avx"},
                  {7 << 5, "avx512f"},
                  {1 << 9, "ospke"},
                  {1 << 11, "shstk"},
                  {3 << 17, "amx_tile"}};
    memset(cpu, 0, sizeof(*cpu));
    cpu->march = X86_64;
    for (size_t i = 0; i < COUNT(states); i++)
        if ((xstate_bv & states[i].bits) != 0)
            add_name(cpu, ckpt_string_of(states[i].name));
}

static uint32_t word_at(const uint8_t *bytes, size_t at)
{
    return (uint32_t)bytes[at] | (uint32_t)bytes[at + 1] << 8 | (uint32_t)bytes[at + 2] << 16 |
           (uint32_t)bytes[at + 3] << 24;
}

bool ckpt_cpu_of_table(const uint8_t *bytes, size_t length, struct ckpt_cpu_table *table)
{
    if (length < CKPT_CPU_TABLE_SIZE)
        return false;
    memset(table, 0, sizeof(*table));
    uint32_t leaves = word_at(bytes, 4), eax = word_at(bytes, CKPT_CPU_TABLE_HEAD);
    table->vendor = word_at(bytes, 0);
    table->family = word_at(bytes, 8);
    table->model = word_at(bytes, 12);
    table->stepping = word_at(bytes, 16);
    uint32_t base = eax >> 8 & 15, short_model = eax >> 4 & 15;
    uint32_t family = base == 15 ? base + (eax >> 20 & 255) : base;
    uint32_t model = base == 6 || base == 15 ? short_model | (eax >> 16 & 15) << 4 : short_model;
    /* Older versions of glibc keep the model without its extension for some families. */
    if (table->vendor < 1 || table->vendor > 4 || leaves < 1 || leaves > 255 ||
        table->family != family || (table->model != model && table->model != short_model) ||
        table->stepping != (eax & 15))
        return false;
    table->usable.march = X86_64;
    for (size_t i = 0; i < CKPT_CPU_WORDS; i++)
        if (words[i].march == X86_64)
            table->usable.words[i] =
                word_at(bytes, CKPT_CPU_TABLE_HEAD + 32 * (size_t)words[i].record + 16 +
                                   4 * (size_t)words[i].reg) &
                known_bits(&words[i]);
    return true;
}
