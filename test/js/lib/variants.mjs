// SPDX-License-Identifier: Apache-2.0
// A real checkpoint with one thing changed, in many ways, and what comes of its restore by CRIU's and Podman's code:
//   [what, change, true | false | null, why]   true: it restores as before; false: it does not; null: it does, and harms
// `change` gets the members by their names, and edits images as values.
import { createHash } from 'node:crypto';

/**
 * @typedef {Map<string, Uint8Array>} Files
 * @typedef {{files: Files, edit: (name: string, change: (entries: any[]) => void) => void}} Variant
 * @typedef {[string, (variant: Variant) => void, boolean | null, string]} Row
 */

const IMAGES = 'checkpoint/';
const drop =
  (/** @type {string} */ name) =>
  ({ files }) =>
    files.delete(name);
const image =
  (name, change) =>
  ({ edit }) =>
    edit(IMAGES + name, change);
const first = (name, change) => image(name, ([entry]) => change(entry));
const set =
  (/** @type {string} */ name, /** @type {string | Uint8Array} */ content) =>
  ({ files }) =>
    files.set(name, Buffer.from(content));
const json =
  (name, change) =>
  ({ files }) => {
    const value = JSON.parse(Buffer.from(files.get(name)).toString());
    change(value);
    files.set(name, Buffer.from(JSON.stringify(value)));
  };
const cut =
  (/** @type {string} */ name, /** @type {number} */ bytes) =>
  ({ files }) =>
    files.set(name, files.get(name).subarray(0, files.get(name).length - bytes));
const regOf = (entries, name) => entries.find(({ reg }) => reg?.name === name).reg;

/** @type {Row[]} */
export const VARIANTS = [
  ['nothing', () => {}, true, ''],
  // images that are gone
  ...[
    ['core-6.img', false, 'criu/protobuf.c: Unexpected EOF'],
    ['mm-6.img', false, 'criu/cr-restore.c'],
    ['ids-6.img', false, 'criu/pstree.c'],
    ['fs-6.img', false, 'criu/cr-restore.c, open_image()'],
    ['pagemap-6.img', false, 'criu/pagemap.c'],
    ['pages-2.img', false, 'criu/pagemap.c: Can’t read async pr bytes'],
    ['pstree.img', false, 'criu/pstree.c'],
    ['inventory.img', false, 'criu/image.c'],
    ['files.img', false, 'criu/files-reg.c: No entry for reg-file-ID'],
    ['cgroup.img', false, 'criu/cgroup.c: No set found'],
    ['utsns-12.img', false, 'criu/uts_ns.c'],
    ['ipcns-var-11.img', false, 'criu/ipc_ns.c'],
    ['mountpoints-13.img', false, 'criu/mount.c: No root found for tree'],
    ['tmpfs-dev-50.tar.gz.img', false, 'criu/filesystems.c, tmpfs_restore()'],
    ['seccomp.img', false, 'criu/seccomp.c'],
    ['descriptors.json', false, 'runc, criu_linux.go'],
    ['timens-0.img', true, 'criu/timens.c: id 0 may be missing'],
  ].map(([name, restores, why]) => [`without ${name}`, drop(IMAGES + name), restores, why]),
  ['without network.status', drop('network.status'), true, 'libpod'],
  ['without stats-dump', drop('stats-dump'), true, 'libpod'],
  ['without config.dump', drop('config.dump'), false, 'libpod'],
  ['without spec.dump', drop('spec.dump'), false, 'libpod'],
  ['without rootfs-diff.tar', drop('rootfs-diff.tar'), true, 'no open file needs it'],
  // images that are cut
  ['pages short by a byte', cut(`${IMAGES}pages-1.img`, 1), false, 'loops for ever'],
  ['core short by a byte', cut(`${IMAGES}core-1.img`, 1), false, 'criu/protobuf.c'],
  ['pstree short by a byte', cut(`${IMAGES}pstree.img`, 1), false, 'criu/protobuf.c'],
  ['config.dump short by a byte', cut('config.dump', 2), false, 'encoding/json'],
  // files
  [
    'size of the program',
    image('files.img', (all) => (regOf(all, '/r/tk').size = 1)),
    false,
    'bad size',
  ],
  [
    'mode of the program',
    image('files.img', (all) => (regOf(all, '/r/tk').mode = 0o100600)),
    false,
    'bad mode',
  ],
  [
    'build id of the program',
    image('files.img', (all) => regOf(all, '/r/tk').build_id.fill(1)),
    false,
    'bad build-ID',
  ],
  [
    'no size, mode and build id',
    image('files.img', (all) => {
      const reg = regOf(all, '/r/tk');
      for (const key of ['size', 'mode', 'build_id']) delete reg[key];
    }),
    true,
    'a missing field is no check',
  ],
  [
    'name of the program',
    image('files.img', (all) => (regOf(all, '/r/tk').name = '/r/tl')),
    false,
    "Can't open file",
  ],
  ['the same file twice', image('files.img', (all) => all.push(all[0])), false, 'criu/files.c'],
  ['a type of file', image('files.img', (all) => (all[1].type = 77)), false, 'Unknown file type'],
  [
    'a descriptor without a file',
    image('fdinfo-2.img', (all) => (all[0].id = 999)),
    false,
    'No file for fd',
  ],
  [
    'a number of a descriptor twice',
    image('fdinfo-2.img', (all) => (all[1].fd = all[0].fd)),
    false,
    'hangs',
  ],
  ['working directory', first('fs-1.img', (fs) => (fs.cwd_id = 999)), false, 'No entry for file'],
  [
    'a mount of a file',
    image('files.img', (all) => (regOf(all, '/dev/null').mnt_id = 4711)),
    false,
    'criu/mount.c',
  ],
  // processes
  ['version of images', first('inventory.img', (all) => (all.img_version = 9)), false, 'image.c'],
  ['root_cg_set 0', first('inventory.img', (all) => (all.root_cg_set = 0)), false, 'image.c'],
  ['tcp_close', first('inventory.img', (all) => (all.tcp_close = true)), false, 'image.c'],
  ['no root_ids', first('inventory.img', (all) => delete all.root_ids), false, 'No kIDs provided'],
  [
    'another machine',
    first('core-6.img', (core) => (core.mtype = 'AARCH64')),
    false,
    'Core march mismatch',
  ],
  ['no thread_core', first('core-6.img', (core) => delete core.thread_core), false, 'cr-restore.c'],
  ['no task state', first('core-6.img', (core) => delete core.tc), false, 'state data missed'],
  ['a parent', image('pstree.img', (all) => (all[1].ppid = 77)), false, 'Parent missed'],
  ['the order of processes', image('pstree.img', (all) => all.reverse()), false, 'pstree.c'],
  ['a thread', image('pstree.img', (all) => all[1].threads.push(9)), false, 'protobuf.c'],
  ['one process less', image('pstree.img', (all) => all.pop()), true, 'its images stay behind'],
  [
    'a filter of system calls that is not there',
    first('core-6.img', (core) => (core.thread_core.seccomp_filter = 99)),
    false,
    'Corrupted filter index',
  ],
  [
    'no filter of system calls',
    first('core-1.img', (core) => {
      core.thread_core.seccomp_mode = 'disabled';
      delete core.thread_core.seccomp_filter;
    }),
    null,
    'the images decide',
  ],
  // memory
  ['the program', first('mm-1.img', (mm) => (mm.exe_file_id = 999)), false, 'files-reg.c'],
  [
    'a file of a mapping',
    first('mm-1.img', (mm) => (mm.vmas[0].shmid = 999)),
    false,
    'files-reg.c',
  ],
  [
    'pages where nothing is mapped',
    image('pagemap-1.img', (all) => (all[1].vaddr = 65536)),
    false,
    'mem.c: outside of VMA',
  ],
  [
    'pages of a checkpoint before',
    image('pagemap-1.img', (all) => (all[1].flags = 1)),
    false,
    'pagemap.c: no parent',
  ],
  ['order of page maps', image('pagemap-1.img', (all) => all.push(all.splice(1, 1)[0])), false, ''],
  ['more pages than there are', image('pagemap-1.img', (all) => (all[2].nr_pages = 9)), false, ''],
  ['no stack', image('pagemap-1.img', (all) => all.pop()), null, 'restores, and dies at once'],
  // what engines read
  ['no id', json('config.dump', (config) => delete config.id), false, 'libpod'],
  ['no name', json('config.dump', (config) => delete config.name), false, 'libpod'],
  ['a pod', json('config.dump', (config) => (config.pod = 'a'.repeat(64))), false, 'libpod'],
  ['a runtime', json('config.dump', (config) => (config.runtime = 'kata')), false, 'libpod'],
  [
    'a dependency',
    json('config.dump', (config) => (config.dependencies = ['b'.repeat(64)])),
    false,
    'libpod',
  ],
  ['no image', json('config.dump', (config) => delete config.rootfsImageID), false, 'libpod'],
  [
    'another image',
    json('config.dump', (config) => (config.rootfsImageID = 'c'.repeat(64))),
    false,
    'libpod',
  ],
  ['a key more', json('config.dump', (config) => (config.novelty = 1)), true, 'encoding/json'],
  [
    'a mount from elsewhere',
    json('spec.dump', (spec) => {
      spec.mounts.find(({ destination }) => destination === '/r').source = '/srv/fx/gone';
    }),
    false,
    'runc: stat',
  ],
  [
    'a mount less',
    json('spec.dump', (spec) => {
      spec.mounts = spec.mounts.filter(({ destination }) => destination !== '/r');
    }),
    false,
    'No mapping for mountpoint',
  ],
  ['deleted files', set('deleted.files', '["/etc/motd"]'), true, 'nobody has it open'],
  ['deleted files above the root', set('deleted.files', '["../../x"]'), null, 'libpod'],
  ['deleted files that are none', set('deleted.files', '/etc/x'), false, 'libpod'],
  ['descriptors', set(`${IMAGES}descriptors.json`, '["a"'), false, 'runc'],
  [
    'garbage as rootfs-diff.tar',
    set('rootfs-diff.tar', createHash('sha512').digest()),
    false,
    'libpod',
  ],
];
