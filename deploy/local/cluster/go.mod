module dev.kintsugi/cluster

go 1.24.0
