# SPDX-License-Identifier: Apache-2.0
#
# One C core, compiled in several ways (native, instrumented, to WebAssembly), and what stands on it.
# `make help` lists the targets. All output goes to build/ and dist/; `.ci/setup` gets what is missing.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules --no-print-directory
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 2)
ifneq ($(word 2,$(MAKECMDGOALS)),)
.NOTPARALLEL: # several goals: one after the other, they build the same files
endif
endif

# ---- What can be set on the command line --------------------------------------------------------

B := build#                     where to build (not from here: make repro)
SECONDS ?= 5#                   make fuzz: seconds for each target
TIMEOUT ?= 300#                 make test: seconds after which a C test program or a JavaScript test has hung
PREFIX ?= /usr/local#           make install: below it, include/ckpt.h, lib/libckpt.a and lib/pkgconfig/ckpt.pc
DESTDIR ?=#                     make install: put before PREFIX, for packages
COVER_MIN ?= 95#                make cover: lowest share of lines of src/, in per cent
WASM_MAX ?= 495616#             make check: highest size of core.wasm, bytes (as Emscripten 3.1.6 makes it)
WASM_MAX_GZIP ?= 225280#         make check: ... and after gzip -9
META_MAX ?= 55296#              make check: ... of the module with nothing but the metadata
META_MAX_GZIP ?= 25600#         make check: ... and after gzip -9
WASM_FAST ?=#                   WASM_FAST=1: link the module in seconds, for development (large and slow)
WERROR ?= -Werror#              WERROR= builds with compilers whose warnings are not known yet
CJSON_DIR ?= build/deps/cjson#  a directory with cJSON.c and cJSON.h; the default is fetched
ZSTD_DIR ?= build/deps/libzstd# the source of libzstd (with lib/zstd.h); the default is fetched
LZ4_DIR ?= build/deps/lz4#      ... of lz4 (with lib/lz4.h)
XZ_DIR ?= build/deps/xz-utils#  ... of XZ Utils (with src/liblzma)
BZIP2_DIR ?= build/deps/bzip2#  ... of bzip2 (with bzlib.h)
CRIU_DIR ?=#                   make check-proto: the source of a CRIU, to print what its images have that ours have not
CFLAGS ?= -O2 -g
CC := gcc
CLANG ?= clang

# ---- Sources and flags --------------------------------------------------------------------------

# Decoders that the core for WebAssembly leaves to a second module.
CODEC_SRC := $(addprefix src/archive/,decoders.c unxz.c unbzip2.c)
LIB_SRC := $(filter-out src/describe.c,$(sort $(wildcard src/*.c src/*/*.c)))
DESCRIBE_SRC := src/describe.c $(sort $(wildcard src/model/*.c)) src/rules/catalog.c
WASM_SRC := $(sort $(wildcard wasm/border/*.c)) $(filter-out src/file.c $(CODEC_SRC),$(LIB_SRC))
CODECS_SRC := wasm/border/codecs/codecs.c wasm/border/codecs/crc_tables.c $(CODEC_SRC)
TEST_SRC := $(sort $(wildcard test/c/*.c))
FUZZERS := $(notdir $(basename $(wildcard test/fuzz/*.c)))
BENCHES := $(notdir $(basename $(wildcard test/bench/*.c)))
JS_TESTS = $(shell find test/js -name '*.test.*js' 2>/dev/null | sort)
C_FILES := $(wildcard $(addsuffix *.[ch],src/ src/*/ wasm/border/ wasm/border/codecs/ test/c/ test/fuzz/ test/bench/))

# Of libzstd only the decoder, in its small form: one Huffman table type, no assembler.
ZSTD_SRC := $(addprefix common/,entropy_common error_private fse_decompress zstd_common xxhash) \
            $(addprefix decompress/,huf_decompress zstd_ddict zstd_decompress zstd_decompress_block)
ZSTD_HOT := common/xxhash decompress/huf_decompress decompress/zstd_decompress_block
ZSTD_FLAGS := -DHUF_FORCE_DECOMPRESS_X1 -DZSTD_FORCE_DECOMPRESS_SEQUENCES_SHORT -DZSTD_NO_INLINE \
              -DZSTD_LIB_MINIFY -DZSTD_DECODER_INTERNAL_BUFFER=131072 -DZSTD_LEGACY_SUPPORT=0 \
              -DZSTD_DISABLE_ASM -DZSTD_STRIP_ERROR_STRINGS -DXXH_NO_XXH3

# Of lz4 the one file with the block format; what is not called of it is not linked.
LZ4_SRC := lz4
LZ4_FLAGS := -DLZ4LIB_VISIBILITY=
# In the module, where size_t has 32 bits, lz4 would hash four bytes and not five as CRIU's does, and find other
# matches. This define, which lz4.c knows from the x32 ABI, makes its registers 64 bits wide; the loop that comes with
# it is left out.
LZ4_WIDE := -D__x86_64__ -DLZ4_FAST_DEC_LOOP=0

# Of liblzma the decoder of .xz files with all filters and checks, of libbz2 everything but the sorting.
XZ_SRC := $(addprefix common/,block_decoder block_header_decoder block_util common filter_common filter_decoder \
            filter_flags_decoder index_hash stream_decoder stream_flags_common stream_flags_decoder vli_decoder vli_size) \
          $(addprefix check/,check crc32_fast crc32_table crc64_fast crc64_table sha256) lz/lz_decoder \
          lzma/lzma_decoder lzma/lzma2_decoder delta/delta_common delta/delta_decoder \
          $(addprefix simple/,arm arm64 armthumb ia64 powerpc simple_coder simple_decoder sparc x86)
XZ_FLAGS := $(addprefix -I$(XZ_DIR)/src/,liblzma/api $(addprefix liblzma/,common check lz rangecoder lzma delta simple) common) \
            $(addprefix -DHAVE_,STDBOOL_H STDINT_H INTTYPES_H STRING_H LIMITS_H DECODERS \
                CHECK_CRC32 CHECK_CRC64 CHECK_SHA256 $(addprefix DECODER_,LZMA2 DELTA X86 POWERPC IA64 ARM ARMTHUMB ARM64 SPARC)) \
            -DTUKLIB_SYMBOL_PREFIX=ckpt_ -DLZMA_API_STATIC -D_POSIX_C_SOURCE=200809L
XZ_HOT := check/crc32_fast check/crc64_fast check/sha256 lz/lz_decoder lzma/lzma_decoder
BZIP2_HOT := bzlib decompress
BZIP2_SRC := bzlib crctable decompress huffman randtable
BZIP2_FLAGS := -DBZ_NO_STDIO

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
        -Wundef -Wvla $(WERROR)
CPPFLAGS := -Isrc -I. -isystem $(CJSON_DIR) -isystem $(ZSTD_DIR)/lib -isystem $(LZ4_DIR)/lib \
            -isystem $(XZ_DIR)/src/liblzma/api -isystem $(BZIP2_DIR)
COMMON := -std=c11 -fvisibility=hidden -ffunction-sections -fdata-sections
SANITIZE := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all

comma := ,
# The stand-alone module: no imports, the caller's memory limit, an explicit stack.
# -fno-builtin-*: link-time optimization would make a calloc of malloc and memset, too late to be linked in.
# Size first, but for the loops over every byte; what gains by vectors uses them by hand.
WASM_OPT := -Oz
WASM_HOT := src/json/scan.c src/json/decode.c
WASM_WARM := src/text/time.c src/proto/wire.c src/proto/check.c src/text/sha256.c wasm/border/tape.c src/archive/inflate_fast.c src/archive/crc32.c src/criu/page_digest.c \
             src/json/python.c src/proto/emit.c \
             src/checkpoint/value.c $(addprefix src/criu/,pagemap.c regex.c search_literal.c search_grams.c search_strings.c) \
             $(addprefix src/text/,needles.c secrets.c secrets_scan.c)
WASM_LTO := -flto
# make WASM_FAST=1: a module that links in seconds, for development; larger and slower, never published.
ifneq ($(WASM_FAST),)
WASM_OPT := -O1
WASM_HOT :=
WASM_WARM :=
WASM_LTO :=
endif
WASM_TARGET := -msimd128 -mbulk-memory -mnontrapping-fptoint -msign-ext
WASM_FLAGS = $(WASM_OPT) $(WASM_TARGET) -fno-vectorize -fno-slp-vectorize -fno-unroll-loops $(WASM_LTO) -DNDEBUG -fno-builtin-malloc -fno-builtin-calloc
WASM_LINK = $(if $(WASM_LTO),-Oz -flto $(addprefix -Wl$(comma)-mllvm$(comma)-vectorize-,loops=false slp=false),-O1) --no-entry \
            -sSTANDALONE_WASM -sALLOW_MEMORY_GROWTH -sMAXIMUM_MEMORY=256MB -sMALLOC=emmalloc \
            -s$(shell .ci/emcc-stack-option)=1MB

export ASAN_OPTIONS ?= detect_stack_use_after_return=1:strict_string_checks=1
export UBSAN_OPTIONS ?= print_stacktrace=1

# ---- Main targets -------------------------------------------------------------------------------

.PHONY: help all run test test-c test-js repro check check-format check-layers check-c check-js check-sh check-size check-package check-proto \
        sanitize fuzz cover bench picture dist install clean distclean wasm native describe setup format FORCE

help: ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1|\2/p' Makefile | while IFS='|' read -r n t; do printf '  make %-10s %s\n' "$$n" "$$t"; done
	@echo "  Set with NAME=value:"; sed -nE 's/^([A-Z_]+) \?= (.*[^ ])# +(.*)/\1|\2|\3/p' Makefile | \
	    while IFS='|' read -r n v t; do printf '    %-15s %-17s %s\n' "$$n" "$$v" "$$t"; done

SAMPLE := test/data/archives/multi-gzip.tar.gz
run: all ## set up, build, and show and validate a bundled real checkpoint
	@echo "\$$ ckpt show $(SAMPLE)"; node wasm/cli/ckpt.js show $(SAMPLE)
	@echo; echo "\$$ ckpt validate $(SAMPLE)"; node wasm/cli/ckpt.js validate $(SAMPLE)
	@echo; echo "The page is one file, open it in a browser: dist/viewer.html. The rules are described in dist/rules.html."

test: native all ## set up, build, and run every test (C, sanitizers, JavaScript, browser)
	@for step in test-c sanitize test-js; do echo; echo "== $$step"; $(MAKE) $$step; done

check: ## formatting, lint, static analysis, types, package, with warnings as errors
	@for step in check-format check-layers check-c check-size check-js check-proto check-sh check-package; do echo; echo "== $$step"; $(MAKE) $$step; done

native: $(B)/native/libckpt.a $(B)/native/ckpt-describe ## the native library, build/native/libckpt.a
wasm: $(B)/wasm/core.wasm ## the WebAssembly module, build/wasm/core.wasm
describe: $(B)/describe.json

clean: ## remove what was built (fetched sources and node_modules stay: make distclean)
	rm -rf dist $(filter-out build/deps,$(wildcard build/*))

distclean: clean
	rm -rf build node_modules

# What has to be on the machine depends on what is asked for.
setup:
	@SOURCES_GIVEN=$(if $(DEPS),,1) .ci/setup build \
	    $(if $(filter test test-js fuzz cover,$(MAKECMDGOALS)),test) $(if $(filter check% format,$(MAKECMDGOALS)),check)

# ---- Fetched sources ----------------------------------------------------------------------------

DEPS := $(patsubst %,%.pinned,$(filter build/deps/%,$(CJSON_DIR) $(ZSTD_DIR) $(LZ4_DIR) $(XZ_DIR) $(BZIP2_DIR)))

build/deps/%.pinned: .ci/sources.txt .ci/fetch-source | setup
	@.ci/fetch-source $*

$(CJSON_DIR)/cJSON.c: $(DEPS)
	@[ -f $@ ] || { echo "CJSON_DIR=$(CJSON_DIR): there is no cJSON.c" >&2; exit 1; }
# source NAME, DIRECTORY, FILES: what is wrong with the directory when a file is not there.
define source
$(3): $(DEPS)
	@[ -f $$@ ] || { echo "$(1)=$(2): there is no $$(@:$(2)/%=%)" >&2; exit 1; }
endef
$(eval $(call source,ZSTD_DIR,$(ZSTD_DIR),$(ZSTD_SRC:%=$(ZSTD_DIR)/lib/%.c)))
$(eval $(call source,LZ4_DIR,$(LZ4_DIR),$(LZ4_SRC:%=$(LZ4_DIR)/lib/%.c)))
$(eval $(call source,XZ_DIR,$(XZ_DIR),$(XZ_SRC:%=$(XZ_DIR)/src/liblzma/%.c)))
$(eval $(call source,BZIP2_DIR,$(BZIP2_DIR),$(BZIP2_SRC:%=$(BZIP2_DIR)/%.c)))

# Changes only when the flags do, so that objects built with others are not used again.
$(B)/flags: FORCE
	@mkdir -p $(B)
	@echo '$(WARN) $(CPPFLAGS) $(COMMON) $(CFLAGS) $(WASM_FLAGS) $(WASM_HOT) $(WASM_WARM) $(XZ_HOT) $(BZIP2_HOT) $(WASM_LINK) $(ZSTD_FLAGS) $(ZSTD_HOT) $(LZ4_FLAGS) $(LZ4_WIDE) $(XZ_FLAGS) $(BZIP2_FLAGS)' | cmp -s - $@ || \
	    echo '$(WARN) $(CPPFLAGS) $(COMMON) $(CFLAGS) $(WASM_FLAGS) $(WASM_HOT) $(WASM_WARM) $(XZ_HOT) $(BZIP2_HOT) $(WASM_LINK) $(ZSTD_FLAGS) $(ZSTD_HOT) $(LZ4_FLAGS) $(LZ4_WIDE) $(XZ_FLAGS) $(BZIP2_FLAGS)' >$@

# ---- C: the same rules for every way of compiling it ---------------------------------------------

# The C tests let allocations fail (test/c/allocator.c).
WRAP := -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc

# variant NAME, COMPILER, AR, FLAGS: $(B)/NAME/libckpt.a, $(B)/NAME/test-c and the objects for them.
# The fetched sources are not ours: compiled without our warnings.
define variant
$(B)/$(1)/%.o: %.c $(B)/flags $(DEPS) | setup
	@mkdir -p $$(@D)
	@echo "  CC  $(1) $$<"; $(2) $(COMMON) $(WARN) $(CPPFLAGS) $(4) -MMD -MP -c $$< -o $$@
$(B)/$(1)/cJSON.o: $(CJSON_DIR)/cJSON.c $(B)/flags $(DEPS) | setup
	@mkdir -p $$(@D)
	@echo "  CC  $(1) cJSON.c"; $(2) $(COMMON) $(4) -c $$< -o $$@
$(B)/$(1)/zstd/%.o: $(ZSTD_DIR)/lib/%.c $(B)/flags $(DEPS) | setup
	@mkdir -p $$(@D)
	@echo "  CC  $(1) zstd $$*"; $(2) $(COMMON) $(4) $(ZSTD_FLAGS) $$(ZSTD_BEFORE) -w -MMD -MP -c $$< -o $$@
$(B)/$(1)/zstd/decompress/zstd_decompress_block.o: private ZSTD_BEFORE := -I$(ZSTD_DIR)/lib -include src/archive/zstd_literals.h
$(B)/$(1)/lz4/%.o: $(LZ4_DIR)/lib/%.c $(B)/flags $(DEPS) | setup
	@mkdir -p $$(@D)
	@echo "  CC  $(1) lz4 $$*"; $(2) $(COMMON) $(4) $(LZ4_FLAGS) $$(LZ4_BITS) -w -MMD -MP -c $$< -o $$@
$(B)/$(1)/xz/%.o: $(XZ_DIR)/src/liblzma/%.c $(B)/flags $(DEPS) | setup
	@mkdir -p $$(@D)
	@echo "  CC  $(1) xz $$*"; $(2) $(COMMON) $(4) $(XZ_FLAGS) -w -MMD -MP -c $$< -o $$@
$(B)/$(1)/bzip2/%.o: $(BZIP2_DIR)/%.c $(B)/flags $(DEPS) | setup
	@mkdir -p $$(@D)
	@echo "  CC  $(1) bzip2 $$*"; $(2) $(COMMON) $(4) $(BZIP2_FLAGS) -w -MMD -MP -c $$< -o $$@
$(B)/$(1)/libckpt.a: $(LIB_SRC:%.c=$(B)/$(1)/%.o) $(B)/$(1)/cJSON.o $(ZSTD_SRC:%=$(B)/$(1)/zstd/%.o) \
    $(LZ4_SRC:%=$(B)/$(1)/lz4/%.o) $(XZ_SRC:%=$(B)/$(1)/xz/%.o) $(BZIP2_SRC:%=$(B)/$(1)/bzip2/%.o)
	@rm -f $$@; $(3) rcsD $$@ $$^
$(B)/$(1)/test-c: $(TEST_SRC:%.c=$(B)/$(1)/%.o) $(B)/$(1)/libckpt.a
	@$(2) $(4) $(WRAP) $$^ -lm -o $$@
endef
$(eval $(call variant,native,$(CC),ar,$(CFLAGS)))
$(eval $(call variant,clang,$(CLANG),ar,-O2))
# Its blocks of code count how often they run (test/c/work.c).
$(eval $(call variant,asan,$(CC),ar,$(SANITIZE) -fsanitize-coverage=trace-pc))
$(eval $(call variant,fuzz,$(CLANG),ar,$(SANITIZE) -fsanitize=fuzzer-no-link))
$(eval $(call variant,cover,$(CLANG),ar,-O0 -g -fprofile-instr-generate -fcoverage-mapping))
$(eval $(call variant,describe,$(CC),ar,-O0 -DCKPT_WITH_DOCS))
$(eval $(call variant,wasm,emcc,emar,$$(WASM_FLAGS)))
# For those who debug: undefined behaviour traps, functions have names. Nothing is inlined beyond -O1.
$(eval $(call variant,debug,emcc,emar,-O1 $(WASM_TARGET) -fsanitize=undefined -fsanitize-trap=undefined -fno-builtin-malloc -fno-builtin-calloc))
$(LZ4_SRC:%=$(B)/wasm/lz4/%.o) $(LZ4_SRC:%=$(B)/debug/lz4/%.o): private LZ4_BITS := $(LZ4_WIDE)
$(WASM_HOT:%.c=$(B)/wasm/%.o): private WASM_OPT := -O3
$(WASM_WARM:%.c=$(B)/wasm/%.o): private WASM_OPT := -O2
$(addprefix $(B)/wasm/zstd/,$(ZSTD_HOT:%=%.o)): private WASM_OPT := -O2
$(addprefix $(B)/wasm/,$(XZ_HOT:%=xz/%.o) $(BZIP2_HOT:%=bzip2/%.o)): private WASM_OPT := -O2

# Every table of the core as JSON: types, schemas and the reference are made from it.
$(B)/native/ckpt-describe: $(DESCRIBE_SRC:%.c=$(B)/describe/%.o) $(B)/native/libckpt.a
	@$(CC) $^ -lm -o $@
$(B)/describe.json: $(B)/native/ckpt-describe
	@$< >$@

# module NAME, SECTIONS, LEFT_OUT: $(B)/wasm/NAME.wasm with the functions of these sections of exports.txt.
EXPORTS := wasm/border/exports.txt
define exports
$(B)/wasm/$(1).exports: $(EXPORTS)
	@mkdir -p $$(@D)
	@awk -v sections=' $(2) ' -v without=' $(3) ' '/^\[/ { on = index(sections, " " substr($$$$1, 2, length($$$$1) - 2) " ") } \
	    on && /^ckpt/ && !index(without, " " $$$$1 " ")' $$< >$$@
	@sed 's/.*/"_&"/' $$@ | paste -sd, | sed 's/.*/[&]/' >$$@.json
endef
define module
$(call exports,$(1),$(2),$(3))
$(B)/wasm/$(1).wasm: $(WASM_SRC:%.c=$(B)/wasm/%.o) $(B)/wasm/cJSON.o $(ZSTD_SRC:%=$(B)/wasm/zstd/%.o) $(LZ4_SRC:%=$(B)/wasm/lz4/%.o) $(B)/wasm/$(1).exports
	@emcc $(WASM_LINK) -sEXPORTED_FUNCTIONS=@$(B)/wasm/$(1).exports.json $$(filter %.o,$$^) -o $$@
	@node .ci/check-wasm.mjs $$@ $(B)/wasm/$(1).exports
endef
$(eval $(call module,core,metadata archive session dump images))
dist/core.debug.wasm: $(WASM_SRC:%.c=$(B)/debug/%.o) $(B)/debug/cJSON.o $(ZSTD_SRC:%=$(B)/debug/zstd/%.o) $(LZ4_SRC:%=$(B)/debug/lz4/%.o) $(B)/wasm/core.exports
	@mkdir -p dist; emcc $(filter -s% --no-entry,$(WASM_LINK)) -O1 --profiling-funcs -sEXPORTED_FUNCTIONS=@$(B)/wasm/core.exports.json $(filter %.o,$^) -o $@
	@node .ci/check-wasm.mjs $@ $(B)/wasm/core.exports
# What the metadata alone cost; not published.
$(eval $(call module,metadata,metadata))
# For the page, which writes neither metadata nor images.
$(eval $(call module,page,metadata archive session dump images,ckpt_wasm_encode ckpt_wasm_image_bytes))
# The decoders that are loaded when first needed; crc_tables.c is there in place of liblzma's tables.
$(eval $(call exports,codecs,codecs))
$(B)/wasm/codecs.wasm: $(CODECS_SRC:%.c=$(B)/wasm/%.o) $(B)/wasm/src/archive/decoder.o \
    $(patsubst %,$(B)/wasm/xz/%.o,$(filter-out check/%_table,$(XZ_SRC))) $(BZIP2_SRC:%=$(B)/wasm/bzip2/%.o) $(B)/wasm/codecs.exports
	@emcc $(WASM_LINK:256MB=1GB) -sEXPORTED_FUNCTIONS=@$(B)/wasm/codecs.exports.json $(filter %.o,$^) -o $@
	@node .ci/check-wasm.mjs $@ $(B)/wasm/codecs.exports
# Tells the tables of the core when the package is built; not published.
$(eval $(call module,tables,tables))

# ---- JavaScript, page, package --------------------------------------------------------------------

# A generator, called as `node wasm/gen/NAME.mjs build/describe.json dist/NAME`, makes that directory.
GENERATED := $(patsubst wasm/gen/%.mjs,$(B)/gen/%.done,$(wildcard $(addprefix wasm/gen/,types.mjs schema.mjs)))
JS_SRC := $(wildcard wasm/*.js wasm/*/*.js wasm/*/*/*.js wasm/gen/*.mjs wasm/gen/*/*)

$(B)/gen/%.done: wasm/gen/%.mjs $(B)/describe.json $(JS_SRC) | setup
	@mkdir -p $(@D) dist; rm -rf dist/$*; node $< $(B)/describe.json dist/$*; touch $@
# The rules with their samples, as a module, as JSON and as a page: one call makes all.
dist/rules.js: wasm/gen/rules.mjs $(B)/describe.json $(wildcard test/data/rules/*.json web/style/base.css) $(JS_SRC) | setup
	@node $< $(B)/describe.json test/data/rules dist
# Commands and API on one page.
dist/docs.html: wasm/gen/docs.mjs $(GENERATED) dist/tables.js dist/criu-tables.js $(JS_SRC) web/style/base.css | setup
	@node $< dist
dist/core.wasm: $(B)/wasm/core.wasm
	@mkdir -p dist; install -m 644 $< $@
dist/codecs.wasm: $(B)/wasm/codecs.wasm
	@mkdir -p dist; install -m 644 $< $@
dist/tables.js: wasm/gen/tables.mjs $(B)/wasm/tables.wasm
	@mkdir -p dist; node $< $(B)/wasm/tables.wasm $@ dist/criu-tables.js
dist/criu-tables.js: dist/tables.js ;
dist/ckpt.1: wasm/gen/man.mjs dist/tables.js dist/criu-tables.js dist/rules.js $(JS_SRC) | setup
	@echo "  GEN $@"; node $< $@

dist/ckpt.h: wasm/gen/header.mjs src/ckpt.h src/text/types.h $(wildcard src/model/*.def) | setup
	@mkdir -p dist; node $< src/ckpt.h $@
dist/sbom.cdx.json: wasm/gen/notices.mjs package.json .ci/sources.txt $(DEPS) | setup
	@mkdir -p dist; node $< dist
dist/THIRD-PARTY-NOTICES.txt: dist/sbom.cdx.json ;
# The command as it is published: the same modules in few files, each command loaded when it is called.
dist/cli/ckpt.js: wasm/gen/bundle.mjs dist/core.wasm dist/tables.js dist/criu-tables.js dist/rules.js $(JS_SRC) | setup
	@rm -rf dist/cli; node $< dist/cli
# With it inline-modules.js and node-inline.js.
dist/inline.js: wasm/gen/inline.mjs dist/THIRD-PARTY-NOTICES.txt dist/core.wasm dist/codecs.wasm dist/tables.js dist/criu-tables.js $(JS_SRC)
	@node $< dist/core.wasm dist/codecs.wasm dist
dist/viewer.html: web/build.mjs $(wildcard web/* web/*/* web/*/*/*) $(B)/wasm/page.wasm dist/codecs.wasm dist/tables.js dist/rules.js dist/THIRD-PARTY-NOTICES.txt $(JS_SRC) | setup
	@WASM_FAST=$(WASM_FAST) node $< $@ $(B)/wasm/page.wasm dist/codecs.wasm

all: dist/core.wasm dist/codecs.wasm dist/tables.js dist/criu-tables.js $(if $(WASM_FAST),,dist/core.debug.wasm) $(GENERATED) dist/ckpt.h dist/ckpt.1 dist/rules.js dist/docs.html dist/cli/ckpt.js dist/sbom.cdx.json $(if $(wildcard wasm/gen/inline.mjs),dist/inline.js) $(if $(wildcard web/build.mjs),dist/viewer.html)
dist: all ## everything that is published, in dist/
	@find dist -type f | sort | xargs wc -c

VERSION = $(shell node -p 'require("./package.json").version')
define PKG_CONFIG_FILE
prefix=$(PREFIX)
includedir=$${prefix}/include
libdir=$${prefix}/lib

Name: ckpt
Description: Metadata of container checkpoints, read as checkpointctl reads it
Version: $(VERSION)
Cflags: -I$${includedir}
Libs: -L$${libdir} -lckpt -lm
endef
install: export PKG_CONFIG_FILE := $(PKG_CONFIG_FILE)
install: $(B)/native/libckpt.a dist/ckpt.h ## header, manual page, static library and pkg-config file, to DESTDIR and PREFIX
	@install -d "$(DESTDIR)$(PREFIX)/include" "$(DESTDIR)$(PREFIX)/lib/pkgconfig"
	@install -m 644 dist/ckpt.h "$(DESTDIR)$(PREFIX)/include"
	@if [ -f dist/ckpt.1 ]; then install -d "$(DESTDIR)$(PREFIX)/share/man/man1"; fi
	@if [ -f dist/ckpt.1 ]; then install -m 644 dist/ckpt.1 "$(DESTDIR)$(PREFIX)/share/man/man1"; fi
	@install -m 644 $(B)/native/libckpt.a "$(DESTDIR)$(PREFIX)/lib"
	@printf '%s\n' "$$PKG_CONFIG_FILE" >"$(DESTDIR)$(PREFIX)/lib/pkgconfig/ckpt.pc"

# ---- Tests ----------------------------------------------------------------------------------------

test-c: $(B)/native/test-c ## the C tests, through the native library
	@timeout $(TIMEOUT) $<
sanitize: $(B)/asan/test-c ## the C tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@timeout $(TIMEOUT) $<
# A test may run make: it cannot reach the job server of this one through Node, and would warn.
test-js: all $(B)/native/test-c ## the JavaScript and browser tests
	@[ -n "$(JS_TESTS)" ] || { echo "no test/js/*/*.test.mjs" >&2; exit 1; }
	@MAKEFLAGS='$(filter-out --jobserver%,$(MAKEFLAGS))' \
	    node --test --test-concurrency=$(shell nproc 2>/dev/null || echo 2) --test-reporter=spec --test-timeout=$(TIMEOUT)000 $(JS_TESTS)

repro: $(B)/wasm/core.wasm ## build the module again elsewhere: the same bytes
	@rm -rf build/again; $(MAKE) B=build/again build/again/wasm/core.wasm >/dev/null
	@cmp $(B)/wasm/core.wasm build/again/wasm/core.wasm && echo "core.wasm: two builds, the same bytes"

# libFuzzer with ASan and UBSan. Seeds: test/data; what it finds of interest stays in build/fuzz/corpus.
$(B)/fuzz/fuzz-%: $(B)/fuzz/test/fuzz/%.o $(B)/fuzz/test/c/allocator.o $(B)/fuzz/wasm/border/tape.o $(B)/fuzz/libckpt.a
	@$(CLANG) $(SANITIZE) -fsanitize=fuzzer $(WRAP) $^ -lm -o $@
fuzz: all $(FUZZERS:%=$(B)/fuzz/fuzz-%) ## libFuzzer on every target of test/fuzz, SECONDS each
	@[ -n "$(FUZZERS)" ] || { echo "no test/fuzz/*.c" >&2; exit 1; }
	@for f in $(FUZZERS); do .ci/fuzz $(B)/fuzz/fuzz-$$f $(SECONDS); done
	@node test/fuzz/whole.mjs $(SECONDS)

cover: $(B)/cover/test-c ## line coverage of src/ by the C tests; fails below COVER_MIN per cent
	@.ci/cover $< $(COVER_MIN)

$(B)/native/bench-%: $(B)/native/test/bench/%.o $(B)/native/libckpt.a
	@$(CC) $^ -lm -o $@
bench: all $(BENCHES:%=$(B)/native/bench-%) ## speed and size
	@node test/bench/inputs.mjs build/bench
	@for b in $(filter $(B)/%,$^); do "$$b"; echo; done
	@for b in $(filter-out %/inputs.mjs,$(wildcard test/bench/*.mjs)); do node --expose-gc "$$b"; echo; done

picture: all ## the picture of the page in the README
	@node test/tools/picture.mjs web/picture.png

# ---- Checks ---------------------------------------------------------------------------------------

PRETTIER := node_modules/.bin/prettier --log-level warn

check-format: setup
	@clang-format --dry-run -Werror $(C_FILES) && $(PRETTIER) --check .
format: setup ## put all files into the format that check wants
	clang-format -i $(C_FILES)
	$(PRETTIER) --write .
check-layers: $(B)/native/libckpt.a setup
	@node .ci/check-layers.mjs $(B)/native
check-c: $(B)/native/test-c $(B)/clang/test-c $(B)/wasm/core.wasm
	@printf '%s\n' $(filter %.c,$(C_FILES)) | xargs -n 1 -P "$$(nproc)" .ci/tidy -DCKPT_WITH_DOCS $(CPPFLAGS)
	@cppcheck -q -j "$$(nproc)" --std=c11 --enable=warning,performance,portability --inline-suppr \
	    --error-exitcode=1 --suppress=missingIncludeSystem -Isrc -I. src wasm
# The limits are what there is, rounded up; with what is added to the core they are to be raised knowingly.
check-size: $(addprefix $(B)/wasm/,core.wasm metadata.wasm)
	@node .ci/check-wasm.mjs $(B)/wasm/core.wasm $(B)/wasm/core.exports $(WASM_MAX) $(WASM_MAX_GZIP)
	@node .ci/check-wasm.mjs $(B)/wasm/metadata.wasm $(B)/wasm/metadata.exports $(META_MAX) $(META_MAX_GZIP)
check-js: all
	@node_modules/.bin/eslint -c .ci/eslint.config.js --max-warnings 0 .
	@node_modules/.bin/tsc -p .
# The schema of CRIU's images: that of the distribution's CRIU must be a part of ours; CRIU_DIR= prints what another
# one adds.
check-proto: setup
	@node .ci/check-proto.mjs $(if $(CRIU_DIR),$(CRIU_DIR),"$$(.ci/fetch-criu)" --subset)
check-sh: setup
	@shellcheck .ci/run .ci/setup .ci/nodes .ci/image .ci/fetch-source .ci/fetch-criu .ci/fuzz .ci/cover .ci/tidy .ci/emcc-stack-option
check-package: all
	@.ci/check-package

-include $(wildcard $(addsuffix *.d,$(B)/*/ $(B)/*/*/ $(B)/*/*/*/ $(B)/*/*/*/*/))
