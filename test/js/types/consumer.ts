// SPDX-License-Identifier: Apache-2.0
// Uses every entry as a stranger would; test/js/api/types.test.mjs compiles it with tsc --strict, here
// with no types but ECMAScript's. What must not compile stands after @ts-expect-error.
import {
  ArchiveError,
  Checkpoint,
  CheckpointError,
  load,
  openCheckpoint,
} from 'container-checkpoint';
import { rules, type Rule } from 'container-checkpoint/rules';
import type {
  Ckpt,
  Constants,
  ContainerConfig,
  Document,
  JsonValue,
  Kind,
  KindMap,
  LinuxNamespaceType,
  Location,
  ReducedSpec,
  Spec,
  Time,
} from 'container-checkpoint';
import { load as loadInline, CheckpointError as InlineError } from 'container-checkpoint/inline';
import * as nodeInline from 'container-checkpoint/node-inline';
import * as node from 'container-checkpoint/node';

/** Compiles only if both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? A : never;
function same<A, B>(..._proof: [Same<A, B>] extends [never] ? [never] : []): void {}

export async function index(bytes: Uint8Array): Promise<void> {
  const ckpt: Ckpt = await load();
  await load({});
  await load({ wasm: bytes });
  await load({ wasm: bytes.buffer as ArrayBuffer });
  await load({ wasm: { href: 'file:///core.wasm' } });
  // @ts-expect-error a number is no core
  await load({ wasm: 1 });
  // @ts-expect-error only load() makes one
  new CheckpointError();

  same<typeof ckpt.kinds, readonly Kind[]>();
  // @ts-expect-error kinds cannot be changed
  ckpt.kinds.push('status');
  same<typeof ckpt.constants, Constants>();
  same<typeof ckpt.constants.ConfigDumpFile, 'config.dump'>();
  same<typeof ckpt.constants.CheckpointAnnotationPodUID, 'org.criu.checkpoint.pod.uid'>();
  // @ts-expect-error constants cannot be changed
  ckpt.constants.ConfigDumpFile = 'config.dump';

  const config = ckpt.decode('config.dump', bytes);
  same<typeof config, ContainerConfig>();
  same<typeof config.createdTime, Time>();
  // @ts-expect-error omitempty: may be missing
  const image: string = config.rootfsImage;
  // @ts-expect-error not a kind
  ckpt.decode('config.json', bytes);
  // @ts-expect-error bytes, not text
  ckpt.decode('config.dump', '{}');

  const status = ckpt.decode('status', bytes);
  same<typeof status.CreatedAt, bigint>();
  same<typeof status.ExitCode, number>();
  same<typeof status.Pid, number>();

  const deleted = ckpt.decode('deleted.files', bytes);
  same<typeof deleted, string[] | null>();
  const networks = ckpt.decode('network.status', bytes);
  const mac: string | undefined = networks?.['podman']?.interfaces?.['eth0']?.mac_address;
  const pod = ckpt.decode('pod.options', bytes);
  same<typeof pod.version, bigint>();
  same<typeof pod.containers, { [key: string]: string } | null>();
  const sizes = ckpt
    .decode('kubernetes-checkpoint-metadata', bytes)
    .checkpoints?.map((c) => c.size);
  same<typeof sizes, (bigint | undefined)[] | undefined>();
  same<KindMap['spec'], ReducedSpec>();
  same<KindMap['any'], JsonValue>();
  console(image, mac);

  platform(ckpt.decode('spec.dump', bytes));
  places(ckpt.document('spec.dump', bytes));
  failures(ckpt, bytes, config);

  same<ReturnType<typeof ckpt.byteToString>, string>();
  ckpt.byteToString(1024);
  ckpt.byteToString(1n << 62n);
}

function platform(spec: Spec): void {
  const uid: number | undefined = spec.process?.user.uid;
  const hard: bigint | undefined = spec.process?.rlimits?.[0]?.hard;
  const score: bigint | undefined = spec.process?.oomScoreAdj;
  const kind: LinuxNamespaceType | undefined = spec.linux?.namespaces?.[0]?.type;
  same<LinuxNamespaceType & 'pid', 'pid'>();
  const fresh: LinuxNamespaceType = 'a kind that is not known yet';
  const major: bigint | undefined = spec.linux?.resources?.blockIO?.weightDevice?.[0]?.major;
  const seconds: bigint | undefined = spec.linux?.timeOffsets?.['boottime']?.secs;
  const credential: JsonValue | undefined = spec.windows?.credentialSpec;
  const layers: string[] | null | undefined = spec.windows?.layerFolders;
  const image: string | undefined = spec.vm?.image.path;
  const frame: bigint | null | undefined = spec.vm?.hwconfig?.iomems?.[0]?.firstMFN;
  const mode: number | undefined = spec.freebsd?.devices?.[0]?.mode;
  const zone: string | undefined = spec.zos?.namespaces?.[0]?.type ?? spec.solaris?.milestone;
  // @ts-expect-error Go's int has 64 bits: a bigint
  const timeout: number | undefined = spec.hooks?.poststop?.[0]?.timeout;
  // @ts-expect-error 32 bits: a number
  const gid: bigint | undefined = spec.process?.user.gid;
  console(uid, hard, score, kind, fresh, major, seconds, credential, layers, image, frame, mode);
  console(zone, timeout, gid);
}

function places(document: Document<Spec>): void {
  const version: string = document.value.ociVersion;
  const place: Location | null = document.locate('/process/args/0');
  same<Location, { offset: number; length: number; line: number; column: number }>();
  // @ts-expect-error null if nothing stands there
  console(version, place.line);
}

function failures(ckpt: Ckpt, bytes: Uint8Array, config: ContainerConfig): void {
  const text: string = ckpt.encode('config.dump', config);
  // @ts-expect-error a value of another kind
  ckpt.encode('status', config);
  const found: CheckpointError | null = ckpt.check('any', bytes);
  same<
    CheckpointError['kind'],
    'syntax' | 'type' | 'time' | 'limit' | 'no-image' | 'other-type' | 'raw' | 'damaged'
  >();
  try {
    ckpt.decode('spec.dump', bytes);
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    const at: number = error.offset + error.goOffset + error.line + error.column;
    const words: string = error.message + error.name + error.pointer;
    ckpt.encode('spec.dump', error.partial as Spec);
    // @ts-expect-error cannot be changed
    error.offset = 0;
    console(at, words);
  }
  console(text, found);
}

export async function inline(): Promise<boolean> {
  const ckpt: Ckpt = await loadInline();
  return ckpt.check('any', new Uint8Array()) instanceof InlineError;
}

export function files(directory: string): void {
  same<typeof nodeInline.readJSONFile, typeof node.readJSONFile>();
  const config = node.readContainerCheckpointConfigDump(directory);
  same<typeof config.value, ContainerConfig>();
  same<typeof config.path, string>();
  same<ReturnType<typeof node.readContainerCheckpointSpecDump>['value'], Spec>();
  same<ReturnType<typeof node.readContainerCheckpointStatusFile>['value'], KindMap['status']>();
  same<ReturnType<typeof node.readContainerCheckpointDeletedFiles>['value'], string[] | null>();
  same<
    ReturnType<typeof node.readContainerCheckpointNetworkStatus>['value'],
    KindMap['network.status']
  >();
  same<ReturnType<typeof node.readCheckpointPodOptions>['value'], KindMap['pod.options']>();
  const list = node.readJSONFile('kubernetes-checkpoint-metadata', directory, 'list.json');
  same<typeof list.value.totalSize, bigint | undefined>();
  const path: string = node.writeJSONFile('config.dump', config.value, directory, 'config.dump');
  // @ts-expect-error the value of another kind
  node.writeJSONFile('status', config.value, directory, 'status');
  same<typeof node.load, typeof load>();
  console(path);
}

export const severities = new Map<string, Rule['severity']>(
  rules.map((rule) => [rule.id, rule.severity]),
);
// @ts-expect-error the table is not to be changed
rules[0].title = '';

function console(..._values: unknown[]): void {}

export async function checkpoints(bytes: Uint8Array, pieces: AsyncIterable<Uint8Array>) {
  const checkpoint: Checkpoint = await openCheckpoint(bytes, { name: 'a.tar' });
  await openCheckpoint({ size: 1, read: () => bytes }, { onProgress: ({ read }) => void read });
  // @ts-expect-error paths are for Node
  await openCheckpoint('a.tar');
  await node.openCheckpoint('a.tar', { limits: { maxMembers: 10 } });
  await node.openCheckpoint(pieces);
  // @ts-expect-error only openCheckpoint() makes one
  new Checkpoint();
  const error: ArchiveError | null = checkpoint.error;
  same<typeof checkpoint.summary.sizes.pages, number>();
  for (const member of checkpoint.members) void member.name.length;
  const config = checkpoint.documents['config.dump'];
  if (config?.value) same<typeof config.value, ContainerConfig>();
  for await (const piece of checkpoint.stream('dump.log')) void piece.length;
  const names = [...(await checkpoint.list('rootfs-diff.tar')).members].map(({ name }) => name);
  return { error, names, all: await checkpoint.containers() };
}
