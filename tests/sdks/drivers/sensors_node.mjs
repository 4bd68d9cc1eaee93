// sa-sdk-node: profileSet, track, $pageview, itemSet, trackSignup, and a burst. It does not retry: a batch goes out or fails.
// Its Submitter stops for good at the first failure, so each batch gets a new one, as a careful user of it does.
import { createRequire } from 'node:module'
import { pace, pause, plan, report } from './plan.mjs'

const SensorsAnalytics = createRequire(import.meta.url)('sa-sdk-node')
const delivered = new Set()
const failed = new Set()
const total = 6 + plan.burst
const sa = new SensorsAnalytics()

sa.inBatch({ count: 20, timeSpan: 500 }).subscribe((events) => {
  const numbers = events.map((event) => event.properties.n)
  const submitter = new SensorsAnalytics.Submitter({ url: `${plan.url}/sa?project=${plan.key}`, gzip: true })
  const all = (set) => () => numbers.forEach((number) => set.add(number))
  submitter.subscribe(all(delivered), all(failed))
  submitter.onNext(events)
})
const n = plan.first
const guest = `${plan.person}-guest`

sa.track(guest, 'ViewShelf', { n })
sa.trackSignup(plan.person, guest, { n: n + 1 })
sa.profileSet(plan.person, { n: n + 2, name: 'Cai', vip: true })
sa.track(plan.person, 'OrderPaid', { n: n + 3, amount: 12.5 })
sa.track(plan.person, '$pageview', { n: n + 4, $url: 'https://example.com/' })
sa.itemSet('tea', `oolong-${n + 5}`, { n: n + 5, price: 88 })
await pace((k) => sa.track(plan.person, 'Burst', { n: k }), 6)
const until = Date.now() + 20000
while (delivered.size + failed.size < total && Date.now() < until) await pause(100)
report('sa-sdk-node', delivered, failed)
process.exit(0)
