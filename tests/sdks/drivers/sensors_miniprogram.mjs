// sa-sdk-miniprogram over a stand-in for WeChat's `wx`: page view, track, login, setProfile, and a burst in its own batches.
import { createRequire } from 'node:module'
import { pace, pause, plan, report } from './plan.mjs'
import { hidden, install } from './wx.mjs'

const answers = install()
const sensors = createRequire(import.meta.url)('sa-sdk-miniprogram')
const total = 4 + plan.burst
const n = plan.first

sensors.setPara({
  server_url: `${plan.url}/sa?project=${plan.key}`, show_log: false, name: 'sensors',
  autoTrack: { appLaunch: false, appShow: false, appHide: false, pageShow: false, pageShare: false, pageLeave: false },
  batch_send: { send_timeout: 500, max_length: 20 },
})
sensors.init()
sensors.track('$MPViewScreen', { n })
sensors.track('OrderPaid', { n: n + 1, amount: 12.5 })
sensors.login(plan.person)
sensors.setProfile({ n: n + 2, name: 'Cai', vip: true })
sensors.bind?.('$identity_email', `cai-${n}@example.com`)
sensors.track('JoinedGroup', { n: n + 3, group: 'tea-house' })
await pace((k) => sensors.track('Burst', { n: k }), 4)
// After failures its own clock waits for twice as long each time; when the app goes to the background it sends at once.
const until = Date.now() + 40000
while (delivered().size < total && Date.now() < until) {
  hidden.forEach((call) => call())
  await pause(300)
}
report('sa-sdk-miniprogram', delivered(), [])
process.exit(0)

/** As the SDK counts: what stood in a request that was answered, whatever the status. */
function delivered() {
  const numbers = new Set()
  for (const { body } of answers.filter(({ status }) => status)) for (const number of numbersIn(body)) numbers.add(number)
  return numbers
}

function numbersIn(body) {
  const form = new URLSearchParams(body.replaceAll('+', '%2B'))
  const text = Buffer.from(form.get('data_list') ?? form.get('data') ?? '', 'base64').toString('utf8')
  return [...text.matchAll(/"n":(\d+)/g)].map((match) => Number(match[1]))
}
