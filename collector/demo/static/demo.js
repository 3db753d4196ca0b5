// What the demo site's own pages do: the guide's tabs, and the two events a marketer would ask for.
// The stub keeps calls made before the snippet has loaded, or while the collector is away; pages work without either.
window.footfall = window.footfall || function () { (window.footfall.q = window.footfall.q || []).push(arguments) }

const guide = document.getElementById('tabs')

function show(slug) {
  for (const link of guide.querySelectorAll('a')) {
    if (link.dataset.tab === slug) link.setAttribute('aria-current', 'true')
    else link.removeAttribute('aria-current')
  }
  for (const panel of document.querySelectorAll('.panel')) {
    panel.hidden = panel.id !== 'panel-' + slug
  }
}

if (guide) {
  const first = guide.querySelector('[aria-current]').dataset.tab
  guide.addEventListener('click', event => {
    const link = event.target.closest('a')
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return
    event.preventDefault()
    history.pushState({ tab: link.dataset.tab }, '', link.pathname)
    show(link.dataset.tab)
  })
  addEventListener('popstate', event => show(event.state ? event.state.tab : first))
}

const signUp = document.getElementById('sign-up')
signUp?.addEventListener('submit', () => {
  window.footfall('Sign up', { props: { plan: new FormData(signUp).get('plan') } })
})

// At the click, not on the page after it: reloading a thank-you page must not sell anything twice.
const checkout = document.getElementById('checkout')
checkout?.addEventListener('submit', () => {
  const { product, amount, currency } = checkout.dataset
  window.footfall('Purchase', { props: { product }, revenue: { amount, currency } })
})
