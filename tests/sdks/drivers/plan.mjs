// What a driver is asked to do and how it reports; the twin of plan.py for Node.
import { readFileSync } from 'node:fs'

const SLICES = 20

export const plan = JSON.parse(process.argv[2])

export const pause = (ms) => new Promise((done) => setTimeout(done, ms))

/** Make the calls of the burst in parts spread over `plan.seconds`. */
export async function pace(call, done) {
  const share = Math.ceil(plan.burst / SLICES)
  for (let start = 0; start < plan.burst; start += share) {
    const end = Math.min(start + share, plan.burst)
    for (let i = start; i < end; i++) call(plan.first + done + i)
    await pause((plan.seconds * 1000) / SLICES)
  }
}

export function report(sdk, delivered, failed) {
  console.log(JSON.stringify({ sdk, version: version(sdk), delivered: [...delivered], failed: [...failed] }))
}

/** Callback for one numbered call: notes whether the SDK says it went out. */
export function noting(delivered, failed) {
  return (number) => (error) => (error ? failed : delivered).add(number)
}

/** The installed version of a package, read from its folder: some hide their package.json from `require`. */
export function version(name) {
  return JSON.parse(readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), 'utf8')).version
}
