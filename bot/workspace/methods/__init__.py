"""The Web API methods of the workspace, a module for each family."""
