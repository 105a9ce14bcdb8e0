// SPDX-License-Identifier: Apache-2.0
// ckpt ns
import { DUMP_OPTIONS, runView } from './dump-command.js';
import { shown } from './rows.js';

const TYPES = ['pid', 'net', 'ipc', 'uts', 'mnt', 'user', 'cgroup', 'time'];
const NANOSECONDS = 1e9;

/** @param {number} count @param {string} one @param {string} [many] */
const counted = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;
/** @param {number} key */
const hex = (key) => `0x${key.toString(16).padStart(8, '0')}`;
/** @param {bigint} time in nanoseconds */
const seconds = (time) => `${(Number(time) / NANOSECONDS).toFixed(3)} s`;

/** @param {any} address */
const addressText = ({ address, prefix, peer }) =>
  `${address ?? '?'}${peer === null ? '' : ` peer ${peer}`}/${prefix}`;

/** @param {any} device @param {Map<number, string>} names of devices by number */
function deviceText({ type, flags, mtu, address, master, link, addresses }, names) {
  const nameOf = (/** @type {number} */ index) => names.get(index) ?? String(index);
  return [
    ...[type ?? 'unknown', flags.includes('UP') ? 'up' : 'down', `mtu ${mtu ?? '?'}`],
    ...(address === null ? [] : [address]),
    ...(master === null ? [] : [`master ${nameOf(master)}`]),
    ...(link === null ? [] : [`link ${nameOf(link)}`]),
    ...addresses.map(addressText),
  ].join(' ');
}

/** As ip-route(8) writes it. @param {any} route */
function routeText({ type, gateway, device, source, table, metric }) {
  return [
    ...(type === 'unicast' ? [] : [type]),
    ...(gateway === null ? [] : ['via', gateway]),
    ...(device === null ? [] : ['dev', shown(device)]),
    ...(source === null ? [] : ['src', source]),
    ...(table === 'main' ? [] : ['table', table]),
    ...(metric === null ? [] : ['metric', String(metric)]),
  ].join(' ');
}

/** @param {any} object */
const ownerText = ({ key, mode, uid, gid }) =>
  `key ${hex(key)} mode ${mode.toString(8).padStart(4, '0')} uid ${uid} gid ${gid}`;

/** The lines below a namespace. @param {any} namespace @returns {[string, string][]} */
function partsOf({ network, ipc }) {
  if (network) {
    const names = new Map(
      network.devices.map((/** @type {any} */ one) => [one.index, shown(one.name)]),
    );
    return [
      ...network.devices.map((/** @type {any} */ one) => [shown(one.name), deviceText(one, names)]),
      ...network.routes.map((/** @type {any} */ one) => [one.destination, routeText(one)]),
    ];
  }
  if (!ipc) return [];
  return [
    ...ipc.semaphores.map((/** @type {any} */ one) => [
      `sem ${one.id}`,
      `${ownerText(one)} values ${one.values.join(' ')}`,
    ]),
    ...ipc.queues.map((/** @type {any} */ one) => [
      `msg ${one.id}`,
      `${ownerText(one)} ${counted(one.messages, 'message')}, ${one.bytes} of ${one.maxBytes} bytes`,
    ]),
    ...ipc.segments.map((/** @type {any} */ one) => [
      `shm ${one.id}`,
      `${ownerText(one)} ${one.size} bytes`,
    ]),
  ];
}

/** @param {any[]} ranges */
const rangesText = (ranges) =>
  ranges
    .map(
      ({ inside, outside, count }) =>
        `${inside}-${inside + count - 1} is ${outside}-${outside + count - 1}`,
    )
    .join(', ');

/** @param {any} namespace */
function contentText({ type, shared, external, names, clocks, idMaps, mounts, ipc, network }) {
  if (external !== null) return `external ${shown(external)}`;
  if (shared) return 'that of the host';
  if (names) {
    const { nodename, domainname } = names;
    return `host name ${shown(nodename)}${domainname === '(none)' ? '' : `, domain ${shown(domainname)}`}`;
  }
  if (clocks) return `monotonic ${seconds(clocks.monotonic)}, boottime ${seconds(clocks.boottime)}`;
  if (idMaps) return `uid ${rangesText(idMaps.uid)}; gid ${rangesText(idMaps.gid)}`;
  if (typeof mounts === 'number') return counted(mounts, 'mount');
  if (ipc)
    return [
      counted(ipc.semaphores.length, 'semaphore set'),
      counted(ipc.queues.length, 'message queue'),
      counted(ipc.segments.length, 'shared memory segment'),
    ].join(', ');
  if (network)
    return `${counted(network.devices.length, 'device')}, ${counted(network.routes.length, 'route')}`;
  return type === 'pid' || type === 'cgroup' ? '' : 'not in the dump';
}

/** A row for each namespace, and below it one for each thing in it. @param {any[]} rows */
const arrange = (rows) =>
  rows.flatMap((row) => {
    const parts = partsOf(row);
    return [
      {
        name: `${row.type} ${row.id}`,
        count: String(row.processes.length),
        text: contentText(row),
      },
      ...parts.map(([name, text], i) => ({
        name: `${i === parts.length - 1 ? '└─ ' : '├─ '}${name}`,
        count: '',
        text,
      })),
    ];
  });

/** @type {import('./options.js').Command} */
export const ns = {
  name: 'ns',
  summary: 'list namespaces, and what is in them: network, IPC, host name, clocks, id maps',
  operands: 'FILE...',
  count: [1, Infinity],
  details: [
    'Lists the namespaces of the processes in a checkpoint with what the checkpoint holds of each: network devices with their addresses, and routes; System V semaphores, message queues and shared memory; host name; what the clocks showed; which ids are mapped. One that is that of the host, or that the engine gives again at restore (external), is not in it.',
  ],
  options: [
    {
      name: 'type',
      value: 'TYPE',
      choices: TYPES,
      help: 'only these: pid, net, ipc, uts, mnt, user, cgroup, time',
    },
    ...DUMP_OPTIONS,
  ],
  examples: ['ckpt ns checkpoint.tar', 'ckpt ns --type net --format json checkpoint.tar'],

  run: (context) =>
    runView(context, {
      name: 'namespaces',
      rows: (dump, pid) =>
        dump.namespaces(pid).filter(({ type }) => [undefined, type].includes(context.values.type)),
      arrange,
      columns: () => [
        { title: 'NAMESPACE', text: ({ name }) => name },
        { title: 'PROCESSES', text: ({ count }) => count, align: 'right' },
        { title: 'CONTENT', text: ({ text }) => text, wide: true },
      ],
    }),
};
