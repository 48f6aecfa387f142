/** Each machine is a network namespace with one interface, joined by a bridge in a namespace of its own. Nothing leads out. */
import { readFileSync } from 'node:fs'
import type { LabNetwork, Socket } from './network.ts'
import { attempt, must } from './shell.ts'

const PREFIX = 'lny'
/** The first three numbers of every machine's address. */
export const SUBNET = '10.86.0'
let networks = 0

const enter = (namespace: string) => ['nsenter', `--net=/run/netns/${namespace}`]

/** Namespaces are named after the process that made them, and its start: a number may be used again. */
const startOf = (pid: number | 'self'): string | undefined => {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[19]
  } catch {
    return undefined // no such process
  }
}

const removeNamespace = (namespace: string) => {
  for (const pid of attempt('ip', 'netns', 'pids', namespace).split(/\s+/).filter(Boolean)) attempt('kill', '-9', pid)
  attempt('ip', 'netns', 'del', namespace)
}

/** What a run that was killed left behind. */
export const removeLeftovers = () => {
  for (const line of attempt('ip', 'netns', 'list').split('\n')) {
    const [, name, pid, start] = /^(lny-(\d+)-(\d+)-\S+)/.exec(line) ?? []
    if (name !== undefined && startOf(Number(pid)) !== start) removeNamespace(name)
  }
}

const rules = (lines: readonly string[]) => `
table bridge lanyard
delete table bridge lanyard
table bridge lanyard {
  chain forward {
    type filter hook forward priority 0; policy accept;
    ${lines.join('\n    ')}
  }
}
`

export const createNamespaces = (): LabNetwork => {
  const run = `${PREFIX}-${process.pid}-${startOf('self')}-${++networks}`
  const bridge = `${run}.switch`
  const ports = new Map<string, string>()
  const addresses = new Map<string, string>()
  must('ip', 'netns', 'add', bridge)
  must('ip', '-n', bridge, 'link', 'add', 'br0', 'type', 'bridge')
  must('ip', '-n', bridge, 'link', 'set', 'br0', 'up')

  const addMachine = (name: string): Socket => {
    const namespace = `${run}.${name}`
    const number = ports.size + 1
    const port = `port${number}`
    must('ip', 'netns', 'add', namespace)
    ports.set(name, port)
    addresses.set(name, `${SUBNET}.${number}`)
    must('ip', 'link', 'add', port, 'netns', bridge, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace)
    must('ip', '-n', bridge, 'link', 'set', port, 'master', 'br0', 'up')
    must('ip', '-n', namespace, 'link', 'set', 'lo', 'up')
    plug(name)
    return { wrap: (command) => [...enter(namespace), ...command], address: addresses.get(name) }
  }
  const plug = (name: string, address = addresses.get(name)) => {
    must('ip', '-n', `${run}.${name}`, 'address', 'replace', `${address}/24`, 'dev', 'eth0')
    must('ip', '-n', `${run}.${name}`, 'link', 'set', 'eth0', 'up')
  }
  const unplug = (name: string) => {
    must('ip', '-n', `${run}.${name}`, 'link', 'set', 'eth0', 'down')
    must('ip', '-n', `${run}.${name}`, 'address', 'flush', 'dev', 'eth0')
  }

  const apply = (lines: readonly string[]) => {
    must(...enter(bridge), 'sh', '-c', `nft -f - <<'RULES'${rules(lines)}RULES`)
  }
  const portOf = (name: string) => {
    const port = ports.get(name)
    if (port === undefined) throw new Error(`There is no machine called ${name}.`)
    return port
  }
  const drop = (from: string, to: string) => `iifname ${portOf(from)} oifname ${portOf(to)} drop`

  return {
    kind: 'namespaces',
    addMachine,
    split: (groups) => {
      const between = (group: readonly string[], other: readonly string[]) => group.flatMap((from) => other.map((to) => drop(from, to)))
      apply(groups.flatMap((group) => groups.filter((other) => other !== group).flatMap((other) => between(group, other))))
    },
    cutOneWay: (from, to) => apply([drop(from, to)]),
    cutBetween: (one, other) => apply([drop(one, other), drop(other, one)]),
    blockMulticast: () => apply(['ip daddr 224.0.0.0/4 drop', 'ip6 daddr ff00::/8 udp dport 5353 drop', 'ip protocol udp udp dport 5353 drop']),
    unplug,
    plug,
    heal: () => apply([]),
    close: () => {
      for (const name of ports.keys()) removeNamespace(`${run}.${name}`)
      removeNamespace(bridge)
    },
  }
}
