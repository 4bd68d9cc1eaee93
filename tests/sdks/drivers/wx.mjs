// A small stand-in for WeChat's mini-program: storage, device, pages, and `wx.request`, which calls `success` for whatever
// status a server answers and `fail` only when no answer came, as WeChat does.
import http from 'node:http'

const storage = new Map()
const answers = []
export const hidden = []

export function install() {
  globalThis.wx = {
    getStorageSync: (key) => storage.get(key) ?? '',
    setStorageSync: (key, value) => storage.set(key, value),
    getStorage: ({ key, success, fail, complete }) => {
      const result = { data: storage.get(key) }
      ;(storage.has(key) ? success : fail)?.(result)
      complete?.(result)
    },
    setStorage: ({ key, data, success, complete }) => {
      storage.set(key, data)
      success?.({})
      complete?.({})
    },
    removeStorage: ({ key }) => storage.delete(key),
    getSystemInfo: ({ success, complete }) => finish(success, complete, device),
    getSystemInfoSync: () => device,
    getDeviceInfo: () => device,
    getWindowInfo: () => device,
    getAppBaseInfo: () => device,
    getNetworkType: ({ success, complete }) => finish(success, complete, { networkType: 'wifi' }),
    getAccountInfoSync: () => ({ miniProgram: { appId: 'wx0123456789abcdef', envVersion: 'release', version: '1.0.0' } }),
    onNetworkStatusChange: () => {},
    onAppShow: () => {},
    onAppHide: (call) => hidden.push(call),
    setNavigationBarTitle: () => {},
    getMenuButtonBoundingClientRect: () => ({}),
    request,
  }
  globalThis.App = () => {}
  globalThis.Page = () => {}
  globalThis.Component = () => {}
  globalThis.getCurrentPages = () => [{ route: 'pages/tea/index', options: {} }]
  globalThis.__wxConfig = { page: {}, global: { window: { navigationBarTitleText: 'Tea house' } } }
  globalThis.__wxAppCode__ = {}
  return answers
}

const device = {
  brand: 'devtools', model: 'Phone 5', system: 'Android 13', platform: 'android', SDKVersion: '3.4.0', version: '8.0.40',
  language: 'zh_CN', screenWidth: 390, screenHeight: 844, windowWidth: 390, windowHeight: 800, pixelRatio: 3,
}

function finish(success, complete, result) {
  success?.(result)
  complete?.(result)
}

function request({ url, method = 'GET', data, header = {}, timeout = 60000, success, fail, complete }) {
  let told = false
  const end = (call, result) => {
    if (told) return
    told = true
    answers.push({ body: data ?? new URL(url).search, status: result.statusCode ?? 0 })
    call?.(result)
    complete?.(result)
  }
  const headers = data ? { ...header, 'content-length': Buffer.byteLength(data) } : header
  const sent = http.request(url, { method, headers, timeout }, (response) => {
    let text = ''
    response.on('data', (piece) => (text += piece))
    response.on('end', () => end(success, { statusCode: response.statusCode, data: text, header: response.headers }))
    response.on('error', (error) => end(fail, { errMsg: `request:fail ${error.message}` }))
  })
  sent.on('timeout', () => sent.destroy(new Error('timeout')))
  sent.on('error', (error) => end(fail, { errMsg: `request:fail ${error.message}` }))
  if (method !== 'GET' && data) sent.write(data)
  sent.end()
  return { abort: () => sent.destroy(new Error('abort')) }
}
