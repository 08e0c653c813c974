// The dashboard: everything is there with the page; charts follow when they are looked at.
import { drawCharts } from "wangge/desk/charts";

drawCharts();
