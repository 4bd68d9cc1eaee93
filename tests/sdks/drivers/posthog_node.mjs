// posthog-node: identify, capture, page view, group identify, alias, and a burst; what it delivered it says by its flush event.
import { PostHog } from 'posthog-node'
import { pace, plan, report } from './plan.mjs'

const delivered = new Set()
const client = new PostHog(plan.key, {
  host: plan.url, flushAt: 40, flushInterval: 500, fetchRetryCount: 60, fetchRetryDelay: 500, maxQueueSize: 10000,
})
client.on('flush', (messages) => messages.forEach((message) => delivered.add(number(message))))
client.on('error', () => {})
const n = plan.first
const distinctId = plan.person

client.identify({ distinctId, properties: { n, name: 'Cai', vip: true } })
client.capture({ distinctId, event: 'order paid', properties: { n: n + 1, amount: 12.5, currency: 'CNY' } })
client.capture({ distinctId, event: '$pageview', properties: { n: n + 2, $current_url: 'https://example.com/' } })
client.groupIdentify({ groupType: 'company', groupKey: 'tea-house', properties: { n: n + 3, plan: 'spring' }, distinctId })
client.alias({ distinctId, alias: `${distinctId}-guest-${n + 4}` })
await pace((k) => client.capture({ distinctId, event: 'burst', properties: { n: k } }), 5)
await client.shutdown(40000)
report('posthog-node', delivered, [])
process.exit(0)

function number(message) {
  const held = message.properties
  if (message.event === '$create_alias') return Number(held.alias.split('-').pop())
  return (held.$group_set ?? held.$set ?? message.$set ?? held).n
}
