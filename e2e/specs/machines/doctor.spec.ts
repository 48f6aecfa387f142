/** Every cause is made for real on a machine, and named by the doctor of that machine. */
import { chmodSync } from 'node:fs'
import path from 'node:path'
import { createSmallDisk } from '../../rig/disk.ts'
import { expect, needsNamespaces, test } from '../../rig/lab.ts'
import type { Machine } from '../../rig/machine.ts'
import { must, runToEnd } from '../../rig/shell.ts'
import { expectReachable, gather } from '../../rig/workspace.ts'
import { node, program } from '../../rig/place.ts'

interface Finding {
  readonly code: string
  readonly area: string
  readonly state: 'ok' | 'problem' | 'unknown'
  readonly sentence: string
  readonly fix: string | null
}

/** By code. */
const diagnose = async (machine: Machine) => {
  const { exitCode, json } = await machine.ask('doctor')
  const findings = json['findings'] as readonly Finding[]
  return {
    exitCode,
    // How fast the disk of whoever runs this is, is no matter of ours.
    problems: findings.filter(({ state, code }) => state === 'problem' && code !== 'DISK_SLOW').map(({ code }) => code).sort(),
    byCode: Object.fromEntries(findings.map((finding) => [finding.code, finding])) as Readonly<Record<string, Finding | undefined>>,
  }
}

/** Rules of the machine's own firewall; none: all pass. */
const firewall = (machine: Machine, ...rules: readonly string[]) => {
  const chain = (hook: string) => {
    const own = rules.filter((rule) => rule.startsWith(`${hook} `)).map((rule) => rule.slice(hook.length + 1))
    return `chain ${hook} {\n type filter hook ${hook} priority 0; policy accept;\n ${own.join('\n')}\n}\n`
  }
  const table = rules.length === 0 ? '' : `table inet own {\n${chain('input')}${chain('output')}}`
  must(...machine.wrap(['nft', `table inet own\ndelete table inet own\n${table}\n`]))
}
const inMachine = (machine: Machine, ...command: readonly string[]) => must(...machine.wrap(command))
const portOf = (machine: Machine) => /\/tcp\/(\d+)/.exec(machine.ready.addresses[0] ?? '')?.[1] ?? ''

test('the doctor finds nothing wrong with two machines that work, and names each trouble that is made between them', async ({ lab }) => {
  needsNamespaces()
  const [ada, ben] = (await gather(lab, ['Ada', 'Ben'])) as [Machine, Machine]
  await expectReachable(ada, 1)

  await test.step('all is well', async () => {
    const { exitCode, problems, byCode } = await diagnose(ada)
    expect(problems).toEqual([])
    expect(exitCode).toBe(byCode['DISK_SLOW'] === undefined ? 0 : 1)
    for (const code of ['ADDRESS', 'MULTICAST', 'PORT', 'MEMBERS', 'VPN_NONE', 'FIREWALL', 'CLOCK', 'VERSION', 'DATA', 'IDENTITY']) expect(byCode[code]?.state, code).toBe('ok')
    expect(byCode['MULTICAST']?.sentence).toContain(ben.address)
    expect(byCode['MEMBERS']?.sentence).toContain('Ben')
  })

  await test.step('multicast may not leave', async () => {
    firewall(ada, 'output udp dport 5353 drop')
    const { exitCode, problems, byCode } = await diagnose(ada)
    expect(problems).toEqual(['FIREWALL_DROPS', 'MULTICAST_OUT_BLOCKED'])
    expect(exitCode).toBe(1)
    expect(byCode['FIREWALL_DROPS']?.sentence).toContain('outgoing UDP port 5353')
  })
  await test.step('multicast may not come in', async () => {
    firewall(ada, 'input udp dport 5353 drop')
    expect((await diagnose(ada)).problems).toEqual(['FIREWALL_DROPS', 'MULTICAST_IN_BLOCKED'])
  })
  await test.step('our port is dropped', async () => {
    firewall(ada, `input tcp dport ${portOf(ada)} drop`)
    const { problems, byCode } = await diagnose(ada)
    expect(problems).toEqual(expect.arrayContaining(['FIREWALL_DROPS', 'PORT_BLOCKED']))
    expect(byCode['PORT_BLOCKED']?.sentence).toContain(`tcp dport ${portOf(ada)} drop`)
    firewall(ada)
  })
  await test.step('the network passes no multicast', async () => {
    await expectReachable(ada, 1)
    lab.blockMulticast()
    expect((await diagnose(ada)).problems).toEqual(['MULTICAST_NOT_PASSED'])
    lab.heal()
  })
  await test.step('a VPN takes all traffic', async () => {
    // A tunnel by its name; a real one without a program behind it is never up.
    inMachine(ada, 'ip', 'link', 'add', 'tun0', 'type', 'veth', 'peer', 'name', 'far0')
    inMachine(ada, 'ip', 'link', 'set', 'far0', 'up')
    inMachine(ada, 'ip', 'address', 'add', '10.99.0.1/24', 'dev', 'tun0')
    inMachine(ada, 'ip', 'link', 'set', 'tun0', 'up')
    expect((await diagnose(ada)).byCode['VPN_BESIDE']?.state).toBe('ok')
    inMachine(ada, 'ip', 'route', 'add', 'default', 'dev', 'tun0')
    const { problems, byCode } = await diagnose(ada)
    expect(problems).toContain('VPN_TAKES_ALL')
    expect(byCode['VPN_TAKES_ALL']?.sentence).toContain('tun0')
    inMachine(ada, 'ip', 'link', 'del', 'tun0')
  })
})

test('the doctor says how a member is not there, and that this machine has no address', async ({ lab }) => {
  needsNamespaces()
  const [ada, ben] = (await gather(lab, ['Ada', 'Ben'])) as [Machine, Machine]
  await expectReachable(ada, 1)
  await test.step('a member is not there, in three ways', async () => {
    await ben.kill()
    await expectReachable(ada, 0)
    const refused = await diagnose(ada)
    expect(refused.byCode['MEMBER_REFUSES']?.sentence).toContain('Ben')
    lab.split([ada], [ben])
    inMachine(ada, 'ip', 'neigh', 'flush', 'all')
    expect(Object.keys((await diagnose(ada)).byCode)).toContain('MEMBER_NO_ROUTE')
    lab.heal()
    firewall(ben, 'input meta l4proto tcp drop')
    expect(Object.keys((await diagnose(ada)).byCode)).toContain('MEMBER_SILENT')
  })
  await test.step('no address', async () => {
    lab.unplug(ada)
    const { problems, byCode } = await diagnose(ada)
    expect(problems).toContain('NO_ADDRESS')
    expect(byCode['MULTICAST_UNTRIED']?.state).toBe('unknown')
    inMachine(ada, 'ip', 'address', 'add', '169.254.7.7/16', 'dev', 'eth0')
    inMachine(ada, 'ip', 'link', 'set', 'eth0', 'up')
    expect((await diagnose(ada)).problems).toContain('LINK_LOCAL_ONLY')
  })
})

test('the doctor names a full disk, a read-only one, one in memory, and data that is open to others', async ({ lab }) => {
  needsNamespaces()
  const disk = createSmallDisk(16)
  const ada = await lab.startMachine('Ada', { dataDir: path.join(disk.directory, 'data') })
  try {
    expect((await diagnose(ada)).problems).toEqual(['DISK_NEARLY_FULL', 'DISK_UNSURE'])
    disk.fill(0)
    expect((await diagnose(ada)).problems).toEqual(['DISK_FULL', 'DISK_UNSURE'])
    disk.free()
    await ada.stop()
    must('mount', '-o', 'remount,ro', disk.directory)
    const readOnly = await diagnose(ada)
    expect(readOnly.problems).toEqual(['DISK_READ_ONLY', 'DISK_UNSURE'])
    expect(readOnly.byCode['MEMBERS_UNKNOWN']?.state).toBe('unknown')
    must('mount', '-o', 'remount,rw', disk.directory)
    chmodSync(ada.dataDir, 0o755)
    chmodSync(path.join(ada.dataDir, 'lanyard.db'), 0o644)
    expect((await diagnose(ada)).problems).toContain('DATA_OPEN')
  } finally {
    await ada.close()
    disk.remove()
  }
})

test('the doctor names a wrong clock, a host that does not answer, and a copied data directory', async ({ lab }) => {
  needsNamespaces()
  const [ada, ben] = (await gather(lab, ['Ada', 'Ben'])) as [Machine, Machine]
  const withClock = async (aheadMs: number) => {
    const wrong = `data:text/javascript,const now=Date.now;Date.now=()=>now()+${aheadMs}`
    const { stdout } = await runToEnd(ada.wrap([node, '--import', wrong, program, '--data-dir', ada.dataDir, '--json', 'doctor']))
    return (JSON.parse(stdout) as { findings: readonly Finding[] }).findings.map(({ code }) => code)
  }
  expect(await withClock(-3 * 3600_000)).toContain('CLOCK_BEHIND')
  expect(await withClock(200 * 365 * 24 * 3600_000)).toContain('CLOCK_IMPLAUSIBLE')

  ada.freeze()
  const silent = await diagnose(ada)
  ada.thaw()
  expect(silent.problems).toContain('HOST_SILENT')
  expect(silent.byCode['MEMBERS_UNKNOWN']?.state).toBe('unknown')

  await ben.stop()
  const twin = lab.addMachine('Ada again')
  await ada.stop()
  must('cp', '-r', ada.dataDir, path.dirname(twin.dataDir))
  await Promise.all([ada.start(), twin.start()])
  await expect(async () => expect((await diagnose(ada)).problems).toContain('IDENTITY_CLONED')).toPass({ timeout: 30_000 })
})
