/** Which addresses a packet or a member may make us dial: nobody shall make all of us call a machine elsewhere, nor our own programs. */
import type { Address } from '../base/ids.ts'

/** RFC 1918, 3927, 6598 and 4193. */
const PRIVATE = /^\/(ip4\/(10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)|ip6\/f[cd][0-9a-f]{2}:)/i
const IP4 = /^\/ip4\/((?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!\/)|(?=\/))){4})\/tcp\/([1-9]\d{0,4})$/
const IP6 = /^\/ip6\/([0-9a-fA-F:]{2,39})(?:%[0-9A-Za-z._-]{1,16})?\/tcp\/([1-9]\d{0,4})$/
const LINK_LOCAL = /^\/ip6\/fe[89ab][0-9a-f]:/i
const LOOPBACK = /^\/(ip4\/127\.|ip6\/::1\/)/
/** Of the adapter in memory: nothing on a real network answers there. */
const MEMORY = /^\/memory\/[^/]+$/

const parse = (address: string) => IP4.exec(address) ?? IP6.exec(address)

/** It names an IP address and a port, and nothing else. */
export const isDiallable = (address: string): boolean => Number(parse(address)?.[2] ?? 65_536) < 65_536

/** Only a machine of some local network can be meant: no loopback, nothing public, no link-local IPv6, which means nothing elsewhere. */
export const isPrivate = (address: string): boolean => MEMORY.test(address) || (PRIVATE.test(address) && isDiallable(address))

/** This very machine. */
export const isLoopback = (address: string): boolean => LOOPBACK.test(address)

/** It means something on one interface only, which its zone names. */
export const isLinkLocal = (address: string): boolean => LINK_LOCAL.test(address)

/** The IP address, without a zone; undefined for the adapter in memory. */
export const hostOf = (address: Address): string | undefined => parse(address)?.[1]
