// SPDX-License-Identifier: Apache-2.0
// What runs on the host: a POSIX shell script, which prints the JSON that src/rules/host.def describes.

export const HOST_SCRIPT = String.raw`#!/bin/sh
# Prints what this host is as JSON, for "ckpt validate --host FILE". Changes nothing, needs no root;
# as root it knows more: criu check, profiles of AppArmor, images.
# Arguments: files to look for, as "ckpt host CHECKPOINT" sets them: paths, and IMAGE!PATH (Podman, root).
export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin:/usr/local/sbin"

# A text as a JSON string; control characters become blanks.
str() { printf '%s' "$1" | tr '\000-\037\177' ' ' | sed 's/\\/\\\\/g; s/"/\\"/g; s/^/"/; s/$/"/' | grep . || printf '""'; }
has() { command -v "$1" >/dev/null 2>&1; }
# Lines as a list of strings.
list() {
    sep='' && printf '['
    while IFS= read -r line; do [ -z "$line" ] || { printf '%s%s' "$sep" "$(str "$line")"; sep=', '; }; done
    printf ']'
}
# Lines of "name<tab>value" as an object of strings.
table() {
    sep='' && printf '{'
    while IFS="$tab" read -r name value; do
        [ -z "$name" ] || { printf '%s%s: %s' "$sep" "$(str "$name")" "$(str "$value")"; sep=', '; }
    done
    printf '}'
}
key() { [ -z "$2" ] || printf ',\n  "%s": %s' "$1" "$2"; }
text() { [ -z "$2" ] || key "$1" "$(str "$2")"; }
tab=$(printf '\t')
# The first number with a dot of what a program says of itself.
version() { has "$1" && out=$("$@" 2>&1) && printf '%s\n' "$out" | sed -n 's/^[^0-9]*\([0-9][0-9]*\.[0-9][^ ,]*\).*/\1/p' | head -n 1; }
# What a program prints, after a line "known"; nothing if it fails: then nothing is known.
known() { has "$1" && out=$("$@" 2>/dev/null) && printf 'known\n%s\n' "$out"; }
root() { [ "$(id -u)" = 0 ]; }
cpu() { sed -n "s/^$1[[:space:]]*: *//p" /proc/cpuinfo | head -n 1; }

printf '{\n  "version": 1'
text kernel "$(uname -r)"
text architecture "$(uname -m)"
text distribution "$(sed -n 's/^PRETTY_NAME=//p' /etc/os-release 2>/dev/null | tr -d '"')"
key cpus "$(getconf _NPROCESSORS_ONLN 2>/dev/null || grep -c '^processor' /proc/cpuinfo)"
key memory "$(awk '/^(MemTotal|SwapTotal):/ { kib += $2 } END { printf "%.0f", kib * 1024 }' /proc/meminfo)"

flags=$(cpu flags | grep . || cpu Features | grep . || cpu features | grep . || cpu isa | grep . || cpu cpu)
xstate=$(dmesg 2>/dev/null | sed -n 's/.*x86\/fpu: Enabled xstate features \(0x[0-9a-f]*\).*/\1/p' | tail -n 1)
printf ',\n  "cpu": {"vendor": %s, "model": %s' "$(str "$(cpu vendor_id)")" "$(str "$(cpu 'model name')")"
[ -z "$xstate" ] || printf ', "xstate": %s' "$(str "$xstate")"
printf ', "flags": %s}' "$(printf '%s\n' "$flags" | tr ' ' '\n' | list)"

if [ -f /sys/fs/cgroup/cgroup.controllers ]; then key cgroup 2; elif [ -d /sys/fs/cgroup ]; then key cgroup 1; fi
[ ! -r /sys/kernel/security/lsm ] || key lsm "$(tr ',' '\n' </sys/kernel/security/lsm | list)"
if [ -r /sys/fs/selinux/enforce ]; then
    if [ "$(cat /sys/fs/selinux/enforce)" = 1 ]; then text selinux enforcing; else text selinux permissive; fi
elif ! grep -q selinuxfs /proc/filesystems; then text selinux disabled; fi
profiles=/sys/kernel/security/apparmor/profiles
[ ! -r "$profiles" ] || { names=$(sed 's/ ([a-z]*)$//' "$profiles" 2>/dev/null) && key apparmor "$(printf '%s\n' "$names" | list)"; }
printf ',\n  "criu": {'
if has criu; then
    printf '"version": %s' "$(str "$(criu --version 2>/dev/null | sed -n 's/^Version: //p')")"
    if root; then
        said=$(criu check 2>&1) && said=ok
        printf ', "check": %s' "$(str "$(printf '%s\n' "$said" | tail -n 1)")"
    fi
    for dir in /usr/lib/criu /usr/local/lib/criu /usr/lib64/criu /var/lib/criu; do
        [ ! -d "$dir" ] || for file in "$dir"/*.so; do [ ! -e "$file" ] || printf '%s\n' "$(basename "$file")"; done
    done | sort -u | { printf ', "plugins": '; list; }
fi
printf '},\n  "gpus": [' && {
    known nvidia-smi --query-gpu=driver_version,name,uuid --format=csv,noheader | sed '1d; /,/!d; s/^/nvidia, /'
    [ ! -d /sys/module/amdgpu ] || for card in /sys/module/amdgpu/drivers/pci:amdgpu/[0-9]*; do
        [ ! -e "$card" ] || printf 'amdgpu, %s, %s, %s\n' "$(cat /sys/module/amdgpu/version 2>/dev/null || uname -r)" "$(cat "$card/device")" "$(cat "$card/unique_id" 2>/dev/null)"
    done
} | {
    sep=''
    while IFS=, read -r driver release name uuid; do
        printf '%s{"driver": %s, "version": %s, "name": %s, "uuid": %s}' "$sep" "$(str "$driver")" "$(str "${'$'}{release# }")" "$(str "${'$'}{name# }")" "$(str "${'$'}{uuid# }")"
        sep=', '
    done
}
printf ']'

each() { for name; do found=$(version "$name" --version); [ -z "$found" ] || printf '%s\t%s\n' "$name" "$found"; done; }
key engines "$(each podman crio containerd docker | sed 's/^crio/cri-o/' | table)"
key runtimes "$(each runc crun runsc | table)"
images=$({ # of Podman those of root, who restores
    ! root || known podman images --no-trunc --format '{{.Repository}}:{{.Tag}}{{"\t"}}{{.Id}}'
    known crictl images --no-trunc | awk 'NR == 1 || NR > 2 { print $1 ":" $2 "\t" $3 }'
    known docker images --no-trunc --format '{{.Repository}}:{{.Tag}}{{"\t"}}{{.ID}}'
} | grep -v '<none>' | sort -u)
[ -z "$images" ] || key images "$(printf '%s\n' "$images" | grep "$tab." | table)"
names=$(! root || known podman ps -a --no-trunc --format '{{.Names}}{{"\t"}}{{.ID}}')
[ -z "$names" ] || key containers "$(printf '%s\n' "$names" | grep "$tab." | table)"
# Mode, size and build id of a file: what CRIU compares.
facts() {
    stat -c '%f %s' "$1" 2>/dev/null | { read -r mode size && printf '%o %s' "0x$mode" "$size"; }
    ! has readelf || [ ! -f "$1" ] || readelf -n "$1" 2>/dev/null | sed -n 's/.*Build ID: / /p'
}
sep='' && printf ',\n  "paths": {'
for path; do there=false
    case $path in /*) file=$(readlink -f "$path") ;; *) file=$(podman image mount "${'$'}{path%%!*}" 2>/dev/null)${'$'}{path#*!} || continue ;; esac
    [ ! -e "$file" ] || there=$(str "$(facts "$file")")
    printf '%s%s: %s' "$sep" "$(str "$path")" "$there" && sep=', '
done; printf '}\n}\n'
`;
