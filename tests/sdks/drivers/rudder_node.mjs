// @rudderstack/rudder-sdk-node: identify, track, page, screen, group, alias, and a burst; what it delivered it says by callback.
import { createRequire } from 'node:module'
import { noting, pace, pause, plan, report } from './plan.mjs'

const require = createRequire(import.meta.url)
const RudderAnalytics = require('@rudderstack/rudder-sdk-node')
const delivered = new Set()
const failed = new Set()
const note = noting(delivered, failed)
const client = new RudderAnalytics(plan.key, {
  dataPlaneUrl: plan.url, flushAt: 40, flushInterval: 500, retryCount: 8, logLevel: 'none', errorHandler: () => {},
})
const n = plan.first
const userId = plan.person
const total = 6 + plan.burst

client.identify({ userId, traits: { n, name: 'Cai', vip: true } }, note(n))
client.track({ userId, event: 'Order Paid', properties: { n: n + 1, amount: 12.5, currency: 'CNY' } }, note(n + 1))
client.page({ userId, category: 'docs', name: 'Welcome', properties: { n: n + 2, url: 'https://example.com/' } }, note(n + 2))
client.screen({ userId, name: 'Home', properties: { n: n + 3 } }, note(n + 3))
client.group({ userId, groupId: 'tea-house', traits: { n: n + 4, plan: 'spring' } }, note(n + 4))
client.alias({ userId, previousId: `${userId}-guest-${n + 5}` }, note(n + 5))
await pace((k) => client.track({ userId, event: 'Burst', properties: { n: k } }, note(k)), 6)
const until = Date.now() + 40000
while (delivered.size + failed.size < total && Date.now() < until) {
  await client.flush().catch(() => {})
  await pause(100)
}
report('@rudderstack/rudder-sdk-node', delivered, failed)
process.exit(0)
