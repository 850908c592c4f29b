export { endpoints, services } from "../../index";
