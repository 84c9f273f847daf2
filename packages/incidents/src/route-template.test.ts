import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { routeTemplate } from './route-template.ts';

test.each([
  { target: '/app/pay1061', template: '/app/pay{n}' },
  { target: '/user/42/x', template: '/user/{n}/x' },
  { target: '/a?id=7#top', template: '/a' },
  { target: '/', template: '/' },
  { target: '*', template: '*' },
  { target: '', template: '/' },
  { target: 'http://shop.test:8080/cart/9?x', template: '/cart/{n}' },
  { target: 'http://shop.test', template: '/' },
  { target: 'shop.test:443', template: 'shop.test:{n}' },
  { target: '/api/v2/orders/123', template: '/api/v2/orders/{n}' },
  { target: '/o/6F9619FF-8B86-D011-B42D-00CF4FC964FF/items', template: '/o/{id}/items' },
  { target: '/blob/507f1f77bcf86cd799439011', template: '/blob/{id}' },
  { target: '/static/app-3f2a9c1b.js', template: '/static/app-{id}.js' },
  { target: '/facade/decade', template: '/facade/decade' },
  { target: '/t/eyJhbGciOiJIUzI1NiJ9_abcDEF123', template: '/t/{id}' },
  { target: '/1/2/3/4/5/6/7/8/9/10', template: '/{n}/{n}/{n}/{n}/{n}/{n}/{n}/{n}/…' },
])('$target -> $template', ({ target, template }) => {
  expect(routeTemplate(target)).toBe(template);
});

test('numbers never tell routes apart, and no target makes a long template', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(), fc.nat(), (text, one, other) => {
      const at = (id: number): string => routeTemplate(`/x/${id}/y`);
      expect(at(one)).toBe(at(other));
      expect(routeTemplate(`/${text.repeat(50)}`).length).toBeLessThan(500);
    }),
  );
});
