"""A simulated Inventory Planner account: its API, its Starter puller, the SFTP drop of its Advanced connector.

The vendor publishes no contract. What the help pages do not say follows working public clients; where nothing is
known, the account does what hurts a careless client, and a setting changes it.

Operations, as call log and trouble rules name them: `variants.list`, `variant.read`, `variant.change`,
`variant.vendors`, `warehouses.list`, `orders.list`, `order.read`, `order.items`, `order.item`, `order.connections`,
`order.create`, `order.change`, `order.receive`.
"""

from mirakl_sync.sandbox.inventory_planner.app import create_app
from mirakl_sync.sandbox.inventory_planner.opening import from_plan
from mirakl_sync.sandbox.inventory_planner.planner import Planner
from mirakl_sync.sandbox.inventory_planner.settings import PlannerSettings, settings_from

__all__ = ["Planner", "PlannerSettings", "create_app", "from_plan", "settings_from"]
