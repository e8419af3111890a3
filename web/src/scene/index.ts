export { createScene } from './scene';
