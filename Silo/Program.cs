using OrleansSale.Silo.Cluster;

return await SiloHost.RunAsync(args);
