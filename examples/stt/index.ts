export * from "../../index";
